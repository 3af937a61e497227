"""The documentation page: the OpenAPI document as one self-contained HTML page, without a CDN."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from serving.api.problems import KINDS
from serving.settings import Settings

_TEMPLATE = Path(__file__).parent.parent / "templates" / "docs.html"
_TYPES = {
    "string": "teks",
    "integer": "bilangan bulat",
    "number": "bilangan",
    "boolean": "ya/tidak",
    "object": "objek",
    "null": "null",
}
_BOUNDS = (
    ("minLength", "paling pendek {} karakter"),
    ("maxLength", "paling panjang {} karakter"),
    ("minItems", "paling sedikit {} butir"),
    ("maxItems", "paling banyak {} butir"),
    ("minimum", "paling kecil {}"),
    ("maximum", "paling besar {}"),
    ("default", "bawaan {}"),
)
_UNSAID_DEFAULTS: tuple[object, ...] = ("", None, [])

Schema = Mapping[str, Any]


def add(app: FastAPI) -> None:
    """Serve the page at / and /docs, with a policy that allows its own script and style only."""
    html = page(app.openapi(), app.state.settings)
    headers = {"Content-Security-Policy": policy(html)}

    async def documentation() -> HTMLResponse:
        return HTMLResponse(html, headers=headers)

    for path in ("/", "/docs"):
        app.add_api_route(path, documentation, include_in_schema=False)


def page(document: Schema, settings: Settings) -> str:
    """The page of an OpenAPI document."""
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    parts = {
        "description": _prose(document["info"]["description"]),
        "navigation": "".join(
            f'<li><a href="#{escape(o["operationId"])}"><code>{m} {escape(p)}</code></a></li>'
            for m, p, o in operations
        ),
        "limits": "".join(f"<li>{line}</li>" for line in _limits(settings)),
        "operations": "".join(_operation(m, p, o, schemas) for m, p, o in operations),
        "problems": "".join(
            f'<tr id="{kind.slug}"><td><code>{kind.slug}</code><td>{kind.status}'
            f"<td>{escape(kind.title)}"
            for kind in KINDS
        ),
        "schemas": "".join(
            f'<section id="skema-{escape(name)}"><h3>{escape(name)}</h3>'
            f"<p>{_prose(schema.get('description', ''))}</p>{_fields(schema)}</section>"
            for name, schema in schemas.items()
        ),
    }
    html = _TEMPLATE.read_text(encoding="utf-8")
    for name, content in parts.items():
        html = html.replace(f"<!-- {name} -->", content)
    return html


def policy(html: str) -> str:
    """The content security policy under which the page's inline script and style run."""

    def hashes(tag: str) -> str:
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digests = (hashlib.sha256(block.encode()).digest() for block in blocks)
        return " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _limits(settings: Settings) -> Iterator[str]:
    yield f"Isi permintaan paling besar {settings.max_body:,} byte.".replace(",", ".")
    size = f"{settings.max_batch_body:,}".replace(",", ".")
    yield f"Isi permintaan <code>…/batch</code> paling besar {size} byte."
    yield f"Isi permintaan harus tiba lengkap dalam {settings.body_seconds:g} detik."


def _operation(method: str, path: str, operation: Schema, schemas: Mapping[str, Schema]) -> str:
    parts = [
        f'<section id="{escape(operation["operationId"])}">',
        f"<h3><code>{method} {escape(path)}</code> {escape(operation['summary'])}</h3>",
        f"<p>{_prose(operation.get('description', ''))}</p>",
    ]
    if parameters := operation.get("parameters"):
        rows = (
            (
                p["name"],
                p["schema"] | {"description": p.get("description", "")},
                p.get("required"),
            )
            for p in parameters
        )
        parts.append(f"<h4>Parameter</h4>{_table(rows)}")
    if body := operation.get("requestBody"):
        content = body["content"]["application/json"]
        schema = schemas[content["schema"]["$ref"].rsplit("/", 1)[-1]]
        parts.append(f"<h4>Isi permintaan</h4>{_fields(schema)}")
        parts += [_curl(method, path, example) for example in _examples(content)]
    parts.append("<h4>Jawaban</h4><ul>")
    for status, answer in operation["responses"].items():
        parts.append(f"<li>{status}: {escape(answer['description'])}{_shape(answer)}</li>")
    parts.append("</ul>")
    answers = operation["responses"]
    good = (answers.get("200") or answers["201"])["content"]["application/json"]
    parts += [_example("Contoh jawaban", example) for example in _examples(good)]
    return "".join([*parts, "</section>"])


def _shape(answer: Schema) -> str:
    content: Schema = next(iter(answer.get("content", {}).values()), {})
    return f" — {_type(content['schema'])}" if content else ""


def _examples(content: Schema) -> list[Any]:
    return [example["value"] for example in content.get("examples", {}).values()]


def _curl(method: str, path: str, body: Any) -> str:
    written = json.dumps(body, ensure_ascii=False, indent=2)
    command = (
        f"curl -X {method} http://127.0.0.1:8000{path} \\\n"
        f"  -H 'Content-Type: application/json' -d '{written}'"
    )
    return f"<h4>Contoh permintaan</h4><pre tabindex=0>{escape(command)}</pre>"


def _example(title: str, value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, indent=2)
    return f"<h4>{title}</h4><pre tabindex=0>{escape(written)}</pre>"


def _fields(schema: Schema) -> str:
    required = schema.get("required", ())
    fields = schema.get("properties", {})
    return _table((name, field, name in required) for name, field in fields.items())


def _table(rows: Iterator[tuple[str, Schema, bool | None]]) -> str:
    lines = (
        f"<tr><td><code>{escape(name)}</code>{' <b>wajib</b>' if required else ''}"
        f"<td>{_type(schema)}<td>{_prose(schema.get('description', ''))} {_bounds(schema)}"
        for name, schema, required in rows
    )
    return f"<table><tr><th>Field<th>Jenis<th>Keterangan{''.join(lines)}</table>"


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#skema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " atau ".join(_type(choice) for choice in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        choices = schema.get("enum") or [schema["const"]]
        return ", ".join(f"<code>{escape(str(choice))}</code>" for choice in choices)
    if schema.get("type") == "array":
        return f"daftar {_type(schema['items'])}"
    if isinstance(values := schema.get("additionalProperties"), dict):
        return f"objek berisi {_type(values)}"
    if schema.get("format") == "date-time":
        return "waktu"
    return _TYPES.get(schema.get("type", ""), "apa saja")


def _bounds(schema: Schema) -> str:
    said = [
        text.format(f"{schema[key]:g}" if isinstance(schema[key], float) else _word(schema[key]))
        for key, text in _BOUNDS
        if key in schema and not (key == "default" and schema[key] in _UNSAID_DEFAULTS)
    ]
    return f"<small>({escape(', '.join(said))})</small>" if said else ""


def _word(value: object) -> object:
    return json.dumps(value) if isinstance(value, bool) else value


def _prose(text: str) -> str:
    """Escaped text with `words` set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
