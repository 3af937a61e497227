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
    (r"\bsatpol\b", "satuan polisi pamong praja"),
    (r"\bpolisi pamong praja\b(?<!satuan polisi pamong praja)", "satuan polisi pamong praja"),
    (r"\bolah raga\b", "olahraga"),
    (r"\bwali ?kota\b(?= (?!kota\b|administrasi\b|jakarta\b))", "walikota kota"),
    (r"\bwali kota\b", "walikota"),
    (r"\bbupati\b(?= (?!kab))", "bupati kabupaten"),
    (r"\bpemukiman\b", "permukiman"),
    (r"\bpen?catatan sipil\b|\bcatatan sipil\b", "pencatatan sipil"),
    (r"\b(?:di|daerah istimewa) (?:yogyakarta|jogjakarta|yogya|jogja)\b", "diy"),
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
    (r"\b(?:kelas|tipe) (?:iii|ii[ab]?|i[ab]?|[a-d])(?: khusus)?(?: non)?(?: tpi)?\b", " "),
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
# What abbreviations inside a name stand for ("Dinas P3A"); a name listed as it is comes before.
_SHORT = {
    "damkar": "pemadam kebakaran",
    "dalduk": "pengendalian penduduk",
    "dikbud": "pendidikan kebudayaan",
    "dikpora": "pendidikan pemuda olahraga",
    "dukcapil": "kependudukan pencatatan sipil",
    "esdm": "energi sumber daya mineral",
    "kb": "keluarga berencana",
    "kesbangpol": "kesatuan bangsa politik",
    "kesra": "kesejahteraan rakyat",
    "kominfo": "komunikasi informatika",
    "lh": "lingkungan hidup",
    "naker": "tenaga kerja",
    "nakertrans": "tenaga kerja transmigrasi",
    "p2kb": "pengendalian penduduk keluarga berencana",
    "p3a": "pemberdayaan perempuan perlindungan anak",
    "p3akb": "pemberdayaan perempuan perlindungan anak keluarga berencana",
    "p3ap2kb": "pemberdayaan perempuan perlindungan anak pengendalian penduduk keluarga berencana",
    "pbj": "pengadaan barang jasa",
    "perindag": "perindustrian perdagangan",
    "perkim": "perumahan kawasan permukiman",
    "pkp": "perumahan kawasan permukiman",
    "pmd": "pemberdayaan masyarakat desa",
    "pmptsp": "penanaman modal pelayanan terpadu satu pintu",
    "ppa": "pemberdayaan perempuan perlindungan anak",
    "ppkb": "pengendalian penduduk keluarga berencana",
    "pppa": "pemberdayaan perempuan perlindungan anak",
    "prkp": "perumahan rakyat kawasan permukiman",
    "ptsp": "pelayanan terpadu satu pintu",
    "pu": "pekerjaan umum",
    "pup": "pekerjaan umum perumahan",
    "pupr": "pekerjaan umum penataan ruang",
    "sda": "sumber daya air",
    "sdm": "sumber daya manusia",
}
_UMBRELLA = re.compile(r"\bpekerjaan umum (?=bina marga|cipta karya|sumber daya air|pengairan)")
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


def written_out(words: Sequence[str]) -> list[str]:
    """The words with their abbreviations written out; a "Bagian SDA" is for natural resources."""
    of_bureau = {"sda": "sumber daya alam"} if words and words[0] in ("bagian", "biro") else {}
    full = canonical(" ".join((_SHORT | of_bureau).get(word, word) for word in words))
    return without_umbrella(full)


def without_umbrella(words: Sequence[str]) -> list[str]:
    """The words without "pekerjaan umum" before the public work that is meant ("bina marga")."""
    return _UMBRELLA.sub("", " ".join(words)).split()


def sorted_key(words: Sequence[str]) -> str:
    """A key under which the order of words does not matter."""
    return " ".join(sorted(words))


def slug(name: str) -> str:
    """A written name as an identifier: lower-case words joined by hyphens."""
    return "-".join(words_of(name))
