"""Parting a complaint into its matters."""

import time
from collections.abc import Sequence

import pytest

from classifier.matters import Cut, Segment, cut_points, find_matters

WORDS = {
    "jalan": ("aspal", "berlubang", "paving"),
    "drainase": ("got", "mampet", "genangan"),
    "persampahan": ("sampah", "kontainer", "menumpuk"),
    "kependudukan": ("ktp", "dukcapil", "akta"),
}
HOLES = "Aspal depan balai warga berlubang besar sekali"
WASTE = "sampah di kontainer pasar menumpuk berminggu-minggu"


def score(texts: Sequence[str]) -> list[dict[str, float]]:
    """P(mandate) by counting words, the rest spread evenly."""
    found = []
    for text in texts:
        counts = {
            mandate: 0.02 + sum(text.lower().count(word) for word in words)
            for mandate, words in WORDS.items()
        }
        total = sum(counts.values())
        found.append({mandate: count / total for mandate, count in counts.items()})
    return found


def desk(mandate: str) -> str:
    """Roads and drains are one office's."""
    return "bina marga" if mandate in ("jalan", "drainase") else mandate


def parts(text: str) -> list[tuple[str, str]]:
    """Mandate and words of each matter found."""
    found = find_matters(text, score, desk, score([text])[0])
    return [(s.mandate, text[s.start : s.end].strip()) for s in found]


def kinds(text: str) -> list[tuple[str, str]]:
    """Kind and first word of what stands behind each cut point."""
    return [(cut.kind, text[cut.offset :].split(maxsplit=1)[0]) for cut in cut_points(text)]


@pytest.mark.parametrize(
    "second",
    [
        f". Selain itu, {WASTE}.",
        f". Oh ya {WASTE}",
        f", satu lagi {WASTE}",
        f". Terus {WASTE}",
        f"\nKedua, {WASTE}",
        f". PS: {WASTE}",
        f". Kami juga mengeluhkan {WASTE}.",
        f". Tong {WASTE}.",
        f" dan {WASTE}",
    ],
)
def test_two_matters_are_parted_where_the_second_begins(second: str) -> None:
    found = parts(HOLES + second)
    assert [mandate for mandate, _ in found] == ["jalan", "persampahan"]
    assert found[1][1] == second.lstrip(".,\n ").strip()


def test_items_of_a_list_are_parted() -> None:
    text = f"Mohon ditangani:\n1. {HOLES}.\n2. {WASTE}.\n3. akta dan KTP tertahan di dukcapil kota"
    assert [mandate for mandate, _ in parts(text)] == ["jalan", "persampahan", "kependudukan"]


def test_segments_follow_each_other_without_a_gap() -> None:
    text = f"Selamat pagi. {HOLES}. Selain itu {WASTE}. Terima kasih."
    first, second = find_matters(text, score, desk, score([text])[0])
    assert (first.start, first.end, second.end) == (0, second.start, len(text))
    assert text[second.start :].startswith("Selain itu")
    assert 0.2 < second.probability <= 1


def test_one_office_is_one_matter() -> None:
    text = f"{HOLES}. Selain itu, got di gang mawar mampet menjadi genangan."
    assert len(parts(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{HOLES}. Akibatnya truk sampah tidak masuk, warga menumpuk sampah di kontainer.",
        f"{HOLES}. Sudah kami laporkan, petugas sampah pun tahu karena kontainer menumpuk.",
        f"{HOLES}, padahal dekat kontainer sampah yang menumpuk.",
        f"{HOLES}. Lokasinya sebelah kontainer sampah menumpuk.",
        f"{HOLES}. Terima kasih, salam dari petugas kontainer sampah menumpuk.",
    ],
)
def test_reasons_history_and_places_do_not_part(text: str) -> None:
    assert cut_points(text) == []
    assert len(parts(text)) == 1


def test_a_part_needs_words_of_its_own() -> None:
    assert len(parts(f"{HOLES}. Selain itu sampah.")) == 1


def test_a_text_without_cut_points_is_not_scored() -> None:
    def never(texts: Sequence[str]) -> list[dict[str, float]]:
        raise AssertionError("scored")

    whole = {"jalan": 0.9, "persampahan": 0.1}
    assert find_matters(HOLES, never, desk, whole) == [Segment(0, len(HOLES), "jalan", 0.9)]
    assert find_matters("", never, desk, whole) == [Segment(0, 0, "jalan", 0.9)]


def test_parts_are_scored_in_one_batch_of_few() -> None:
    batches: list[int] = []

    def counting(texts: Sequence[str]) -> list[dict[str, float]]:
        batches.append(len(texts))
        return score(texts)

    text = ". Selain itu, ".join([HOLES, WASTE, HOLES, WASTE, HOLES, WASTE, HOLES, WASTE])
    find_matters(text, counting, desk, score([text])[0])
    assert len(batches) == 1
    assert batches[0] <= 14


def test_where_a_sure_text_has_no_joiner_it_stays_whole() -> None:
    text = f"{HOLES}. Tong {WASTE}."
    whole = {"jalan": 0.95, "persampahan": 0.05}
    assert len(find_matters(text, score, desk, whole)) == 1


def test_what_the_whole_text_hardly_speaks_of_is_no_matter() -> None:
    text = f"{HOLES}. Warga baru. Tong {WASTE}."
    whole = {"jalan": 0.89, "persampahan": 1e-6, "kependudukan": 0.11}
    assert len(find_matters(text, score, desk, whole)) == 1


def test_cut_points_tell_what_speaks_for_them() -> None:
    text = "Pohon tumbang di taman. Terus lampu padam. Selain itu air keruh, bau juga. Anjing galak"
    assert kinds(text) == [
        ("linked", "Terus"),
        ("marked", "Selain"),
        ("inner", "bau"),
        ("plain", "Anjing"),
    ]


def test_abbreviations_and_greetings_are_no_borders() -> None:
    assert kinds("Yth. Kepala Dinas. Lampu di Jl. Melati Kec. Sukun padam") == []
    assert kinds("Assalamualaikum pak. Lampu taman padam") == []


def test_line_breaks_written_as_two_characters_are_breaks() -> None:
    text = r"Lampu taman padam\nAnjing galak berkeliaran"
    assert cut_points(text) == [Cut(text.index("Anjing"), "plain")]


@pytest.mark.parametrize(
    "piece", [" ", ".", "\n", "\\n", ",", "dan ", "1. ", "juga ", "a", "- ", "2. "]
)
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    cut_points(piece * 20_000)
    assert time.process_time() - start < 2.0
