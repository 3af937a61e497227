"""Which words announce a name, and how surely one follows."""

import re
from collections.abc import Collection
from enum import Enum

from data.masking.reading import Reading
from data.masking.words import listed


class Strength(Enum):
    """How surely a name follows, and so which words are taken for one."""

    STRONG = "any word that is no ordinary one"  # nama, atas nama, a.n., pelapor:
    ADDRESS = "a listed name, or a word with a capital"  # Pak, Bu, Sdr., Hj., anak saya
    SELF = "a listed name, or two words with capitals"  # saya, at the beginning of a sentence
    LIKELY = "a listed name, or a word with a capital that is built like one"  # guru, kakek
    LISTED = "a listed name only"  # signatures, and words that rarely announce a name


_NAME = {"nama", "nm", "bernama", "namanya", "namaku", "nami", "jeneng", "jenengku", "jenenge"}
_NAMED = {"pelapor", "pemohon", "pengadu", "pemilik", "dari", "korban", "pengirim"}
_NAMED |= {"penerima", "melapor", "saksi"}
_WHOSE = listed(
    "saya sy kami aku ku abdi kula lengkap panggilan kandung asli pelapor pemohon pengadu korban "
    "pemilik anak istri isteri suami ayah siswa murid pasien penerima orang tua ortu kepala "
    "keluarga ktp wajib pajak penanggung jawab wali adalah yaitu ialah adik kakak pasangan "
    "pertama kedua ketiga angkat tiri bernama namanya nama bungsu sulung orangnya orange pelakunya"
)
_ADDRESS = listed(
    "bapak ibu pak bu bpk bp sdr sdri saudara saudari mas mbak mba kang teh teteh bang cak "
    "uda uni mbah tn ny nn ustadz ustad ust ustadzah kh kiai kyai nyai haji hajah hajjah alm almh "
    "almarhum almarhumah tuan nyonya nona gus ki koh cik bude budhe pakde pakdhe paklik bulik koko "
    "cici opung inang amang amaq inaq daeng puang ompung oma opa datuk datok tuanku papuq"
)
_IN_FULL = listed(
    "bapak ibu pak bu saudara saudari mas mbak mba kang teh bang cak uda uni mbah haji"
)
_TITLES = listed(
    "h hj drs dra dr ir prof raden tgk pdt romo kapten letnan mayjen letjen kolonel bripka aiptu "
    "aipda bripda kompol"
)
_ABBREVIATED = {"h", "dr", "ir"}  # a title with its stop only: "dr" is also "dari"
_FAINT = {"teh", "uni", "uda", "ki", "cik", "koh", "tuan"}  # more often tea, a union …
_KIN = listed(
    "anak istri isteri suami ayah ibu bapak adik adek kakak abang nenek kakek mertua ponakan "
    "keponakan cucu putra putri tetangga teman kawan ipar ibunda ayahanda bayi paman tante om bibi "
    "sepupu mama mamak papa emak lare putra-putri menantu cicit kekasih"
)
_POSSESSIVE = {"saya", "sy", "kami", "aku", "kita", "gue", "gw", "kandung", "kula", "abdi"}
_ROLES = listed(
    "korban pasien petugas oknum pelaku kades lurah camat rt rw kadus sekdes dukuh ketua "
    "guru dokter bidan penerima pemilik pemohon pelapor nasabah sopir supir mandor murid siswa "
    "siswi peserta penghulu pegawai jenazah dishub bendahara sekretaris ketuanya karyawan "
    "satpam tukang calo saksi pengelola kepsek sekcam waris keluarga pengantin pajak pengasuh "
    "almarhumah kasus terlapor juragan bos majikan pengacara perawat kasir"
)
_SELDOM = listed("anak teman kawan putra putri camat lurah kades dukuh rt rw peserta om bibi")
_OFFICES = {("sekretaris", "desa"), ("perangkat", "desa"), ("kepala", "sekolah")}
_PERSONS = {"korban", "pasien", "penerima", "pemohon", "jenazah", "nasabah", "saksi", "pelapor"}
_SELF = {"saya", "sy", "aku", "gue", "gw", "gua", "kula", "kulo", "abdi", "beta", "awak", "ambo"}
_SELF |= {"perkenalkan", "ulun", "ini", "dengan", "inyong", "tiang", "ane"}
_SELF |= {"sayo", "hamba", "dalem", "kami"}
_BEFORE_SELF = listed(
    "perkenalkan kenalkan kenalin assalamualaikum wb wr pagi siang sore malam halo hallo hai hi "
    "min admin kak dengan ini bahwa hormat perkenankan permisi punten om bupati wali kota gubernur "
    "camat lurah dear yth dgn mohon bawah"
)
_REPORTS = {"laporan", "aduan", "salam", "pesan", "keluhan", "surat"}
_FAREWELLS = listed(
    "hormat salam terimakasih trims tks thanks thx makasih wassalam nuwun nuhun demikian "
    "wassalamualaikum suwun trimakasih ttd tertanda matursuwun"
)
_SIGNED = {"ttd", "tertanda", "wassalam", "wassalamualaikum"}
PLACES = listed(
    "jalan jl jln gang gg rs rsj rsjd rsau rsal rumkit stasiun simpang bundaran alun masjidil "
    "plaza mall kapal kereta "
    "rsud rsup rsu rsia rsi sakit smp sma smk sd tk smpn sman smkn sdn mi "
    "mts universitas univ kampus stadion gor bandara masjid musholla mushola langgar pasar taman "
    "toko warung kios depot warteg bengkel soto sate bakso makan pondok pesantren ponpes gedung "
    "lapangan kampung perumahan perum jembatan terminal pelabuhan puskesmas klinik apotek tpu "
    "kelurahan kel kecamatan kec desa ds dusun museum monumen kedai katering konveksi hotel "
    "komplek yayasan raya salon bakmi mie"
)

_HEADS = {"kepala", "direktur", "pimpinan", "petugas", "kapus", "staf", "pemilik", "ketua"}

_ANY = _NAME | _NAMED | _ADDRESS | _TITLES | _KIN | _ROLES | _SELF | {"a", "n", "an"}
_ANY |= {"nama", "namanya", "nm", "dari", "ti", "saking", "desa", "sekolah"} | _SIGNED

_SPACED = re.compile(r"[ \t]{0,3}$")
_STOPPED = re.compile(r"\.?[ \t]{0,3}$")
_LOOSE = re.compile(r"[ \t.,:(]{0,3}$")
_OPEN = re.compile(r"[\s.:=,–(\"'“-]{0,6}$")
_WHATEVER = re.compile("")
_PARTED = re.compile(r"[.,!?:;\n()–—-]|[^\w\s]")
_SIGNATURE = 6  # words that may follow where a signature begins: the name, a place
_FAREWELL = 14  # words between a farewell and the signature


def announced(reading: Reading, i: int) -> tuple[int, Strength] | None:
    """Where a name may begin because of the i-th word, and how surely; None: nothing announces."""
    low = reading.lows[i]
    if len(reading.lows) - i > _SIGNATURE + 4 and low not in _ANY and low[-2:] not in {"ya", "ku"}:
        return None
    if i and not reading.gap(i):  # "per4an"
        return None
    gap = reading.gap(i + 1)
    if low in {"nama", "namanya", "nm"} and reading.low(i - 1) != "atas":
        field = reading.low(i + 1) in _WHOSE or ":" in gap or "=" in gap
        sure = Strength.STRONG if field else Strength.ADDRESS
        return _skip(reading, i + 1, _WHOSE, _OPEN, sure)
    if low in _NAME or _is_on_behalf(reading, i):
        return _skip(reading, i + 1, _WHOSE, _OPEN, Strength.STRONG)
    if low in _NAMED and ":" in gap[:3]:
        return _skip(reading, i + 1, (), _OPEN, Strength.STRONG)
    if low == "an":
        return _skip(reading, i + 1, (), _STOPPED, Strength.ADDRESS)
    if low in _SELF and _opens(reading, i):
        doubted = low in {"ini", "dengan"} and reading.low(i - 1) != "bawah"
        self_named = Strength.LISTED if doubted else Strength.SELF
        return _skip(reading, i + 1, {"sendiri", "pribadi", "selaku"}, _LOOSE, self_named)
    stem = low.removesuffix("nya").removesuffix("ku")
    if stem in _KIN and (stem != low or reading.low(i + 1) in _POSSESSIVE):
        return _skip(reading, i + 1, _POSSESSIVE | _WHOSE, _LOOSE, Strength.ADDRESS)
    if (low in _ADDRESS or low in _TITLES) and not in_place(reading, i):
        if low in _TITLES and not reading.word(i + 1)[:1].isupper():
            return None
        faint = low in _FAINT or (low in _ABBREVIATED and gap[:1] != ".")
        sure = Strength.LISTED if faint else Strength.ADDRESS
        return _skip(reading, i + 1, (), _after(low), sure)
    office = low in _ROLES or (reading.low(i - 1), low) in _OFFICES
    if (office or low in _KIN) and reading.gap(i) != "-" and not in_place(reading, i):
        sure = Strength.LISTED if low in _SELDOM else Strength.LIKELY
        sure = Strength.SELF if low in _PERSONS else sure
        return _skip(reading, i + 1, (), _SPACED, sure)
    if low in {"dari", "ti", "saking"} and reading.low(i - 1) in _REPORTS:
        return _skip(reading, i + 1, (), _SPACED, Strength.LISTED)
    return _signature(reading, i)


def _is_on_behalf(reading: Reading, i: int) -> bool:
    """Whether the word ends "a.n." or "a/n", or is "an." with its stop."""
    low, after = reading.lows[i], reading.gap(i + 1)[:1]
    if low == "n":
        return reading.low(i - 1) == "a" and reading.gap(i).strip() in {".", "/"}
    return low == "an" and after in {".", ":"} and not reading.gap(i).endswith(("'", "’", '"'))


def _skip(
    reading: Reading, i: int, words: Collection[str], gap: re.Pattern[str], strength: Strength
) -> tuple[int, Strength] | None:
    """Past such words, forms of address and titles, if only such gaps lie between."""
    most = i + (6 if words else 3)
    while i < most and gap.match(reading.gap(i)):
        low = reading.low(i)
        if low in words:
            i += 1
        elif low in _ADDRESS or low in _TITLES:
            i, gap = i + 1, _after(low)
            strength = Strength.ADDRESS if strength is not Strength.STRONG else strength
        else:
            return (i, strength) if i < len(reading.lows) else None
    return None


def _after(low: str) -> re.Pattern[str]:
    """What may stand after a form of address: a full stop only where it is an abbreviation."""
    return _SPACED if low in _IN_FULL else _STOPPED


def _opens(reading: Reading, i: int) -> bool:
    """Whether the word opens a sentence, or follows a greeting or an introduction."""
    if i == 0 or reading.low(i - 1) in _BEFORE_SELF or reading.low(i + 1) == "sendiri":
        return True
    return bool(_PARTED.search(reading.gap(i)))


def in_place(reading: Reading, i: int) -> bool:
    """Whether the name of a road, school, hospital or shop is being given."""
    for back in range(i - 1, max(-1, i - 6), -1):
        low = reading.low(back)
        if low in PLACES:  # "Kepala Puskesmas dr. …" is a person
            return reading.low(back - 1) not in _HEADS
        if low not in _ADDRESS and low not in _TITLES and len(low) > 1:
            return False
    return False


def _signature(reading: Reading, i: int) -> tuple[int, Strength] | None:
    """A name near the end, after a farewell and parted from what stands before it."""
    low = reading.lows[i]
    signed = low in _SIGNED or (low in {"saya", "kami", "hormat"} and _takes_leave(reading, i))
    if signed and (len(reading.lows) - i <= _SIGNATURE + 4 or "," in reading.gap(i + 1)):
        return _skip(reading, i + 1, {"saya", "kami"}, _OPEN, Strength.SELF)
    if len(reading.lows) - (i + 1) > _SIGNATURE:
        return None
    if _said_farewell(reading, i) and (
        _PARTED.search(reading.gap(i + 1).rstrip("/@")) or low in {"ti", "dari", "saking"}
    ):
        return _skip(reading, i + 1, {"dari", "ti"}, _WHATEVER, Strength.LISTED)
    return None


def _said_farewell(reading: Reading, i: int) -> bool:
    """Whether a word of farewell is the i-th or among those shortly before it."""
    words = reading.lows[max(0, i - _FAREWELL) : i + 1]
    if not _FAREWELLS.isdisjoint(words):
        return True
    return "kasih" in words[1:] and words[words.index("kasih", 1) - 1] in {"terima", "trima"}


def _takes_leave(reading: Reading, i: int) -> bool:
    return reading.low(i - 1) in {"hormat", "salam"}
