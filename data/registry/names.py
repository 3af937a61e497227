"""Written names of offices as comparable words: case, abbreviations, titles, place names."""

import re
from collections.abc import Sequence

from data.registry.regions import words_of

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"\bdirektorat jend(?:e)?ral\b|\bdirjen\b", "ditjen"),
    (r"\bkementrian\b", "kementerian"),
    (r"\brumah sakit umum daerah\b|\brsu daerah\b", "rsud"),
    (r"\brumah sakit umum\b", "rsu"),
    (r"\bpus(?:at )?kes(?:ehatan )?mas(?:yarakat)?\b", "puskesmas"),
    (r"\bkantor cabang(?: utama| pembantu)?\b|\bkacab\b|\bkcu\b|\bkcp\b|\bkc\b|\bcab\b", "cabang"),
    (r"\bsat(?:uan )?pol(?:isi)? ?p(?:among ?)?p(?:raja)?\b", "satuan polisi pamong praja"),
    (r"\bpolisi pamong praja\b(?<!satuan polisi pamong praja)", "satuan polisi pamong praja"),
    (r"\bolah raga\b", "olahraga"),
    (r"\bwali ?kota\b(?= (?!kota\b|administrasi\b|jakarta\b))", "walikota kota"),
    (r"\bwali kota\b", "walikota"),
    (r"\bbupati\b(?= (?!kab))", "bupati kabupaten"),
    (r"\bpemukiman\b", "permukiman"),
    (r"\bpen?catatan sipil\b|\bcatatan sipil\b", "pencatatan sipil"),
    (r"\bpemprov\b", "pemerintah provinsi"),
    (r"\bpemkot?\b", "pemerintah kota"),
    (r"\bpemkab\b", "pemerintah kabupaten"),
    (r"\bpemda\b", "pemerintah daerah"),
    (r"\b(?:kab|kabupten|kabupaten)(?: (?:kab|kabupaten))*\b", "kabupaten"),
    (r"\bprov\b|\bpropinsi\b", "provinsi"),
    (r"\bkec\b|\bkantor kecamatan\b|\bkantor camat\b|\bcamat\b", "kecamatan"),
    (r"\bkel\b|\bkantor kelurahan\b|\bkantor lurah\b|\blurah\b", "kelurahan"),
    (r"\bkantor desa\b|\bpem(?:erintah )?des(?:a)?\b|\bkepala desa\b|\bkades\b", "desa"),
    (r"\bsudin\b", "suku dinas"),
    (r"\bpengelola\b", "pengelolaan"),
    (r"\bupt\b|\bunit pelaksana teknis(?: daerah| dinas)?\b", "uptd"),
    (r"\busaha mikro(?: dan)?(?: usaha)?(?: kecil)?(?:(?: dan)? menengah)?\b", "ukm"),
    (r"\busaha kecil(?:(?: dan)? menengah)?\b|\bu ?m? ?k ?m\b", "ukm"),
    (r"\bkantor wilayah\b", "kanwil"),
    (r"\bkantor regional\b", "kanreg"),
    (r"\bkantor imigrasi\b", "kanim"),
    (
        r"\bdisduk ?capil\b|\bdispenduk ?capil\b|\bdinas dukcapil\b",
        "dinas kependudukan pencatatan sipil",
    ),
    (r"\b(?:kelas|tipe) (?:iii|ii|i|[a-d])(?: khusus)?(?: non)?(?: tpi)?\b", " "),
    (r"\bdr[ag]?\b|\bprof\b|\bir\b|\bhj?\b(?= [a-z])", " "),
    (r"\brepublik indonesia\b|\bri$|\bnegara ri\b", " "),
)
_COMPILED = tuple((re.compile(pattern), repl) for pattern, repl in _PHRASES)
_IGNORED = frozenset(
    [
        "dan",
        "serta",
        "dengan",
        "di",
        "pada",
        "yth",
        "bapak",
        "ibu",
        "pimpinan",
        "pt",
        "persero",
        "tbk",
        "the",
        "kep",
        "komplek",
    ]
)
_TITLES = ("kepala", "kadis", "kaban")
TYPE_WORDS = frozenset(
    [
        "dinas",
        "badan",
        "kantor",
        "bagian",
        "biro",
        "satuan",
        "inspektorat",
        "sekretariat",
        "bidang",
        "subbagian",
        "suku",
        "uptd",
    ]
)


def canonical(name: str) -> list[str]:
    """The comparable words of a written office name, in order.

    >>> canonical("Kepala Dinas Kependudukan & Catatan Sipil Kab. Siak")
    ['dinas', 'kependudukan', 'pencatatan', 'sipil', 'kabupaten', 'siak']
    """
    text = " ".join(words_of(name))
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    words = [word for word in text.split() if word not in _IGNORED]
    if len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    return words


def sorted_key(words: Sequence[str]) -> str:
    """A key under which the order and repetition of words do not matter."""
    return " ".join(sorted(set(words)))


def slug(name: str) -> str:
    """A written name as an identifier: lower-case words joined by hyphens."""
    return "-".join(words_of(name))
