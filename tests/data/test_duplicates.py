"""Near-identical texts are found, also among very many, and others are left alone."""

import random
import time

from data.duplicates import near_duplicates

LONG = (
    "Selamat pagi, jembatan kecil di belakang pasar ikan sudah miring sejak banjir bulan lalu "
    "dan anak sekolah tetap lewat situ setiap hari, mohon ada petugas yang memeriksa"
)


def test_texts_equal_but_for_case_and_marks_belong_together() -> None:
    texts = [LONG, "lampu jalan padam", LONG.upper().replace(",", " !!"), "sampah menumpuk"]
    assert near_duplicates(texts) == [[0, 2]]


def test_a_few_changed_words_do_not_part_them() -> None:
    changed = f"{LONG} secepatnya pak".replace("Selamat pagi", "Selamat siang")
    assert near_duplicates([LONG, changed]) == [[0, 1]]


def test_texts_that_share_only_their_greeting_are_different() -> None:
    greeting = "Assalamualaikum bapak wali kota yang kami hormati, izin menyampaikan bahwa "
    texts = [
        greeting + "saluran air di gang kami mampet dan baunya sampai ke dalam rumah",
        greeting + "petugas loket kelurahan tidak ada di tempat padahal masih jam kerja",
    ]
    assert near_duplicates(texts) == []


def test_short_texts_must_be_equal() -> None:
    assert near_duplicates(["lampu mati", "lampu padam", "Lampu mati!"]) == [[0, 2]]


def test_no_text_gives_no_group() -> None:
    assert near_duplicates([]) == []


def test_a_chain_of_small_changes_does_not_join_what_differs() -> None:
    words = [f"kata{number}" for number in range(60)]
    drift = [" ".join(words[start : start + 30]) for start in range(0, 18, 3)]
    assert near_duplicates(drift) == [[0, 1], [2, 3], [4, 5]]


def test_many_texts_with_the_same_beginning_take_linear_time() -> None:
    draw = random.Random(7)
    words = [f"kata{number}" for number in range(3_000)]
    greeting = "mohon maaf sebelumnya kami warga di sini"
    texts = [" ".join([greeting, *draw.choices(words, k=25)]) for _ in range(4_000)]
    start = time.process_time()
    groups = near_duplicates([*texts, *texts[:100]])
    assert time.process_time() - start < 4
    assert groups == [[number, number + 4_000] for number in range(100)]
