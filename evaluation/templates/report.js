// Makes the heads of sortable tables into buttons; without it the tables are only not sortable.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent.trim();
  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const text = head.dataset.kind === "text";
      const before = head.getAttribute("aria-sort");
      const up = before ? before === "descending" : text;
      const sign = up ? 1 : -1;
      const compare = (a, b) => {
        const [x, y] = [value(a, i), value(b, i)];
        if (text) return sign * x.localeCompare(y, "id");
        if (x === "" || y === "") return (x === "") - (y === "");  // what has no value comes last
        return sign * (Number(x) - Number(y));
      };
      body.append(...[...body.rows].sort(compare));
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
    });
  });
}
