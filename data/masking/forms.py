"""Masks for what is known by its form: e-mail addresses, vehicle plates, passports."""

import re

_PROVIDERS = r"(?:g ?mail|yahoo|y ?mail|outlook|hotmail|icloud|rocketmail|proton(?:mail)?)"
_DOT = r"(?:\.|\s{0,2}[\[(]?\s?(?:dot|titik)\s?[\])]?\s{0,2})"
_EMAILS = (
    re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
    re.compile(
        rf"(?<![\w.+-])[\w.+-]{{1,64}}(?: (?:dot|titik) [\w.+-]{{1,64}})?"
        rf"(?:\s?@\s?|\s{{1,2}}(?:at|et)\s{{1,2}}){_PROVIDERS}(?:{_DOT}(?:com|co|id)\b){{1,2}}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.+-])[\w.+-]{{1,64}}\s?[\[(]\s?(?:at|et|@)\s?[\])]\s?\w{{1,40}}"
        rf"(?:{_DOT}[a-z]{{2,12}}\b){{1,3}}",
        re.IGNORECASE,
    ),
)
_SPOKEN = (" at ", " et ", "at]", "at)", "et]", "et)", "at ]", "at )")

# Letters of registration areas (Perpol 7/2021).
_AREAS = (
    "A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNPRSTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z"
)
# Words and units of measure that follow any number.
_SERIES = (
    r"(?!(?:M|CM|MM|KM|KG|G|V|W|L|VA|CC|X|DI|KE|DAN|RT|RW|YG|NO|ADA|INI|ITU|HP|WA|TH|THN|ORG|JAM|"
    r"WIB|JT|RB|PCS|TON|PER|KWH|HR|BLN|GB|MB|LT|GG|JL|SD|SMP|SMA|KALI|BU|PAK|TDK|GAK|GA|UDH)\b)"
    r"[A-Z]{1,3}(?!\w)"
)
# Where a vehicle is spoken of or the area has two letters, a unit in capitals is a plate's as well.
_CAPITALS = r"(?!(?:KM|CM|MM|KG|CC|WIB|DI)\b)[A-Z]{1,3}(?!\w)"
_SEP = r"[ .-]?"
_VEHICLES = (
    "mobil|motor|montor|oto|truk|truck|bus|bis|angkot|angkutan|taksi|taxi|pick ?up|pikap|avanza|"
    "xenia|innova|brio|jazz|beat|vario|scoopy|nmax|aerox|pcx|supra|mio|vixion|honda|yamaha|suzuki|"
    "toyota|daihatsu|mitsubishi|isuzu|hino|fuso|canter|ojek|ojol|bentor|betor|becak|bajaj|bemo|"
    "kendaraan|mikrolet|ambulans?|tangki|dump|elf|hiace|minibus|travel|l ?300|kijang|carry|pajero|"
    "fortuner|terios|rush|ertiga|calya|agya|ayla|sigra|hilux|colt|engkel|tronton|trailer|kontainer|"
    "ninja|cbr|satria|vespa|revo|jupiter|sedan|jeep|jip|yaris|alphard|livina|panther|xpander|mercy|"
    "bmw|wuling|hyundai|viar|gojek|grab|ranmor|r[24]|lyn|metromini|kopaja|xmax|fino|genio|freed|"
    "mobilio|gran ?max|triton|ranger|datsun|karimun|kia|mazda|nissan|[ckwh]rv|cr-v|hr-v"
)
_PLATES = (
    re.compile(
        r"(\b(?:nopol|no\.? ?pol(?:isi)?|(?:nomor|nomer|bernomor) (?:polisi|kendaraan)|"
        r"tnkb|stnk|bpkb|(?:ber)?plat(?:nya|e)?"
        r"(?: (?:nomor|nomer|no|merah|hitam|kuning|putih|mobil|motor)){0,2})\b"
        rf"\.?[\s:=(]{{0,3}})(?:{_AREAS}){_SEP}[1-9]\d{{0,3}}"
        rf"(?:{_SEP}{_SERIES}|(?-i:{_SEP}{_CAPITALS})|(?<=\d{{3}})(?!\w))",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(\b(?:{_VEHICLES})\b"
        r"(?:,?\s(?!(?:di|blok|gang|gg|jl|jln|jalan|no|nomor|rt|rw|km|lantai|kelas)\b)[a-z]{1,12}\b)"
        rf"{{0,4}}?,?\s{{1,2}}\(?)(?:(?:{_AREAS}){_SEP}[1-9]\d{{1,3}}{_SEP}{_SERIES}|"
        rf"(?-i:(?:{_AREAS}){_SEP}(?:[1-9]{_SEP}(?=[A-Z]{{2}}){_SERIES}|\d{{3,4}}{_SEP}{_CAPITALS})))",
        re.IGNORECASE,
    ),
    re.compile(rf"()(?<![\w/.-])(?<!(?i:blok) )(?:{_AREAS})[ .-]?[1-9]\d{{2,3}}[ .-]?{_SERIES}"),
    re.compile(rf"()(?<![\w/.-])(?=[A-Z]{{2}})(?:{_AREAS})[ .-]?[1-9]\d{{3}}[ .-]?{_CAPITALS}"),
)
# Quicker than the plates: a digit after a letter, as every plate has one.
_MAY_BE_PLATE = re.compile(r"[1-9](?:(?<=[A-Za-z].)|(?<=[A-Za-z][ .-].))")
_PASSPORT = re.compile(
    r"(\bpas+port?(?:nya|ku)?\b[^;!?\n\d]{0,40}?)(?<!\w)[A-Z]{1,2}[ -]?\d{6,7}(?!\w)",
    re.IGNORECASE,
)


def mask_forms(text: str) -> str:
    """The text with [EMAIL], [PLAT] and, for passport numbers, [NIK]."""
    low = text.lower()
    if "@" in text or any(spoken in low for spoken in _SPOKEN):
        for email in _EMAILS:
            text = email.sub("[EMAIL]", text)
    if _MAY_BE_PLATE.search(text):
        for plate in _PLATES:
            text = plate.sub(r"\g<1>[PLAT]", text)
    if "pas" in low:
        text = _PASSPORT.sub(r"\g<1>[NIK]", text)
    return text
