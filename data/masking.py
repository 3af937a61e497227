"""Takes personal data out of texts before they are stored, shown or trained on.

The patterns are this project's own, from the written forms of Indonesian numbers: a NIK or KK has
16 digits, an NPWP 15 or 16, a mobile number 10 to 13 beginning with 08 or 62 8, a plate an area's
letters (Perpol 7/2021), up to four digits and up to three letters. They are heuristics: names are
only found after words that announce one.
"""

import re

# Between an announcing word and its number. Brackets are not skipped, so no mark announces.
_GAP = r"\s{0,2}(?:(?:adalah|saya|nya|no|nomor|nomer)\b)?[\s.:=#-]{0,4}"
# What looks like a number of somebody's and is none: a date, an hour, an amount of money.
_OTHER = (
    r"(?!\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)?\d\d\b|(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[.:]\d\d\b"
    r"|\d{1,3}(?:[.,]\d{3})+(?!\d))"
)


def _announced(words: str, least: int, most: int) -> re.Pattern[str]:
    """A number of that many digits after one of the words, single spaces, dots or dashes inside."""
    number = rf"{_OTHER}\(?\+?\d(?:[ .)-]{{0,2}}\d){{{least - 1},{most - 1}}}"
    return re.compile(rf"(\b(?:{words})\b{_GAP}){number}(?!\d)", re.IGNORECASE)


_AREAS = (
    "A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNPRSTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z"
)
# In texts written in capitals, words and units of measure that follow any number.
_SERIES = (
    r"(?!(?:M|CM|MM|KM|KG|V|W|VA|X|DI|KE|DAN|RT|RW|YG|NO|ADA|INI|ITU|HP|WA|TH|THN|ORG|JAM|WIB|"
    r"JT|RB|PCS|TON|PER)\b)"
    r"[A-Z]{1,3}(?!\w)"
)

_NO_NAME = (
    r"(?!(?:"
    r"jalan|jl|jln|gang|gg|desa|kelurahan|kel|kecamatan|kec|kabupaten|kab|kota|provinsi|prov|"
    r"dusun|kampung|kp|perumahan|perum|komplek|blok|rt|rw|no|nomor|nik|kk|ktp|hp|telp|telepon|"
    r"wa|alamat|email|umur|usia|tempat|tanggal|tgl|lahir|jenis|pekerjaan|agama|status|warga|"
    r"masyarakat|orang|pemerintah|dinas|badan|kantor|instansi|perusahaan|pt|cv|ud|toko|pasar|"
    r"sekolah|sd|smp|sma|smk|tk|pondok|masjid|yayasan|bank|rumah|rs|rsud|puskesmas|program|"
    r"aplikasi|akun|produk|bantuan|saya|kami|kita|anda|dia|beliau|mereka|ini|itu|tersebut|"
    r"yang|yg|dan|dengan|dgn|atau|di|ke|dari|pada|untuk|utk|oleh|karena|krn|agar|supaya|tapi|"
    r"tetapi|sudah|sdh|udah|belum|blm|tidak|tdk|gak|ga|nggak|bukan|ada|adalah|akan|bisa|dapat|"
    r"masih|juga|lagi|mohon|tolong|minta|kenapa|mengapa|apakah|kapan|bagaimana|mana|siapa|"
    r"terdaftar|tercantum|tertera|muncul|keluar|salah|sesuai|sama|berbeda|dirahasiakan|anonim|"
    r"anak|istri|suami|ayah|ibu|bapak|bpk|pak|bu|sdr|sdri|saudara|saudari|alm|almh|nama|"
    r"pelapor|kepala|keluarga|lengkap|pemilik|korban|pemohon|pengadu|atas|an|kalau|sangat|saat|"
    r"terima|terimakasih|walikota|bupati|gubernur|camat|lurah)\b)"
)
_ANNOUNCES_NAME = (
    r"(?i:\b(?:(?:(?:atas\s{1,3})?nama(?:\s{1,3}(?:saya|lengkap|panggilan|kandung|pelapor|pemohon|"
    r"pengadu|korban|pemilik|anak|istri|suami|ayah|ibu|bapak|kepala\s{1,3}keluarga))*|pelapor)\b|"
    r"(?<!['’\"])(?:a\.\s?n\.?|a/n|an\.))(?:\s{1,3}(?:adalah|yaitu|ialah))?)"
)
_TITLES = r"(?i:(?:bapak|ibu|bpk?|pak|bu|sdri?|saudar[ai]|almh?)\b\.?\s{1,3})?"
# Capitals alone may be a verb in a text that is written in capitals ("PELAPOR MENGELUHKAN").
_CAPITALISED = rf"(?:[A-Z]\.|(?i:{_NO_NAME})(?!(?:ME|BER|DI|TER)[A-Z]{{4,}}\b)[A-Z][\w'’]*)"
_ANY_WORD = rf"(?:[a-z]\.|{_NO_NAME}[^\W\d_]['’\w]*)"
_SPACE = r"\s{0,3}"


def _few(word: str) -> str:
    return rf"{word}(?: {word}){{0,3}}"


_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern) if isinstance(pattern, str) else pattern, rf"\g<1>[{mark}]")
    for mark, pattern in (
        ("EMAIL", r"()(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
        ("NIK", _announced(r"nik|n\.i\.k|(?:no\.? ?)?(?:kk|ktp)|kartu keluarga|npwp|nip", 10, 20)),
        ("NIK", r"()(?<!\d)(?:\d{16}|\d{6}([ .-])\d{6}\2\d{4})(?!\d)"),
        ("NIK", r"()(?<!\d)\d\d\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?!\d)"),
        (
            "REKENING",
            _announced(
                r"(?:no\.? ?)?rek(?:ening)?|norek|bca|bri|bni|btn|bsi|mandiri|va|virtual account|"
                r"kis|kartu(?: \w+)?|bpjs(?: \w+)?|id ?pel(?:anggan)?|no\.? ?pel(?:anggan)?",
                8,
                20,
            ),
        ),
        ("REKENING", r"()(?<!\d)\d{4}([ .-])\d{4}\2\d{4}\2\d{4}(?!\d)"),
        (
            "TELEPON",
            _announced(r"no\.? ?hp|hp|telp?|tlp|telepon|wa|whats ?app|sms|hub(?:ungi)?|cp", 8, 14),
        ),
        ("TELEPON", r"()(?<![\d.,])(?:\(?\+?62\)?[ -]?|0)8\d{1,2}(?:[ .-]?\d{3,4}){2,3}(?!\d)"),
        (
            "TELEPON",
            r"()(?<![\d.,])(?:08\d{7,11}|\(0\d{2,3}\)[ .-]?\d{5,8}|0\d{2,3}[ -]\d{6,8})(?!\d)",
        ),
        ("TELEPON", r"()\+\d(?:[ .-]?\d){8,13}(?!\d)"),
        (
            "REKENING",
            r"()(?<![\d.,/=])(?<!(?i:rp))(?<!(?i:rp)[ .])(?<!(?i:rp)\. )\d{12,}(?![.,]?\d)",
        ),
        (
            "PLAT",
            r"(?i)(\b(?:nopol|no\.? ?pol(?:isi)?|nomor polisi|plat(?: nomor| no)?)\b[\s.:=]{0,3})"
            rf"(?:{_AREAS})[ -]?[1-9]\d{{0,3}}[ -]?[A-Z]{{1,3}}(?!\w)",
        ),
        ("PLAT", rf"()(?<![\w/.-])(?<!(?i:blok) )(?:{_AREAS})[ -]?[1-9]\d{{2,3}}[ -]?{_SERIES}"),
        ("NAMA", rf"({_ANNOUNCES_NAME}{_SPACE}[:=]?{_SPACE}{_TITLES}){_few(_CAPITALISED)}"),
        ("NAMA", rf"(?i)({_ANNOUNCES_NAME}{_SPACE}[:=]{_SPACE}{_TITLES}){_few(_ANY_WORD)}"),
    )
)


def mask(text: str) -> str:
    """The text with personal data replaced by what they are.

    [NIK] also stands for KK, NPWP and NIP numbers, [REKENING] for account, card, BPJS and customer
    numbers and for any other run of 12 digits or more. Names are masked after "nama", "pelapor",
    "atas nama" and "a.n." only, up to four words. Masking twice gives the same as masking once.

    >>> mask("nama saya Siti Aminah, NIK 3578012345678901, wa 0812-3456-7890")
    'nama saya [NAMA], NIK [NIK], wa [TELEPON]'
    """
    before = ""
    while before != text:  # a mark may part what hid a second number from view ("…NIK=…")
        before = text
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
    return text
