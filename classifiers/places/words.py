"""What Polish, English and Ukrainian say around a place: kinds of street, prepositions, relations, corners, titles.

Words are lower case and folded, as tokens carry them. No name of any city stands here.
"""

from collections.abc import Mapping

from classifiers.normalise import fold


def _table(**groups: str) -> Mapping[str, str]:
    return {fold(word): group for group, words in groups.items() for word in words.split()}


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


#: The word before (or, in English, after) a name: which kind of street it announces.
STREET_KINDS = _table(
    ul="""ul ulica ulicy ulicę ulicą ulice ulicach ulicami ulic street streets st road rd lane
        вул вулиця вулиці вулицю вулицею вулиць вулицями""",
    al="al aleja alei aleję aleją aleje alejach avenue ave просп проспект проспекті проспекту алея алеї алею",
    pl="pl plac placu placem placowi square sq пл площа площі площу площею",
    os="os osiedle osiedlu osiedla osiedlem estate мікрорайон мікрорайоні осєдле",
    rondo="rondo ronda rondzie rondem roundabout рондо",
    skwer="skwer skweru skwerze skwerem сквер сквері",
    bulwar="bulwar bulwaru bulwarze boulevard бульвар бульварі",
    trakt="trakt trakcie",
    szosa="szosa szosy szosie szosę",
)
#: English puts these behind the name.
KINDS_BEHIND = _set("street st road rd lane avenue ave square sq estate roundabout boulevard")
#: "on the Polna", "przy tej Polnej", "na naszej ulicy Polnej": they stand between and mean nothing here.
FILLERS = _set("the tej naszej samej numerem numeru")

STRONG_PREPOSITIONS = _set(
    "na przy kolo koło obok naprzeciwko naprzeciw vis at on near along opposite на біля навпроти"
)
WEAK_PREPOSITIONS = _set("""przed za od do z ze w we między pomiędzy wzdłuż pod nad przez
    in from behind of to off between by
        при перед за по від до з зі через між вздовж у в""")

CORNER, BETWEEN, OPPOSITE, BEHIND, BEFORE, NEAR = "CORNER", "BETWEEN", "OPPOSITE", "BEHIND", "BEFORE", "NEAR"
RELATIONS = _table(
    CORNER="""róg rogu narożnik narożniku skrzyżowanie skrzyżowaniu skrzyżowania skrzyżowaniem
        zbieg zbiegu corner junction intersection crossroads crossing розі ріг перехресті перехрестя перетині""",
    BETWEEN="między pomiędzy between між поміж",
    OPPOSITE="naprzeciw naprzeciwko vis opposite across навпроти напроти",
    BEHIND="za behind за",
    BEFORE="przed front перед",
    NEAR="""koło obok nieopodal niedaleko blisko pobliżu okolicy okolicach near beside next
        біля коло поруч поблизу неподалік""",
)
#: What joins the two streets of a corner.
JOINTS = _set("i z ze a oraz róg and with та і й з")
#: Words of two or three parts ("across from Polna", "w pobliżu Polnej", "vis a vis", "на розі вулиць").
AROUND_RELATIONS = _set("from of to a vis z od do з із від")

STOPS = _set("przystanek przystanku przystanka przystankiem stop зупинка зупинці зупинки зупинку зупинкою")
#: Between "stop" and its name.
AFTER_STOPS = _set("""autobusowy autobusowym autobusowego tramwajowy tramwajowym mzk mpk mks o nazwie named called
        автобусна автобусній трамвайна автобуса""")

#: Before a surname: then it is a person.
PERSONS = _set(
    """pan pana panu panem pani panią panią państwo państwa mr mrs ms miss sir
    rodzina rodziny rodzinie rodziną pozdrawiam family regards пан пана пані паном"""
)
#: Shortly before a name: then somebody tells who she is.
NAMING = _set("nazywam nazywa nazwisko imię podpisano name звати прізвище")

#: Titles and honours that people leave out of a name, with their abbreviations.
TITLES = _table(
    gen="gen generała general генерала",
    ks="ks księdza ksiedza о отця",
    sw="św świętego świętej святого святої",
    plk="płk pułkownika",
    kard="kard kardynała",
    marsz="marsz marszałka маршала",
    bp="bp biskupa abp arcybiskupa",
    dr="dr doktora",
    prof="prof profesora професора",
    mjr="mjr majora",
    kpt="kpt kapitana",
    por="por porucznika",
    rtm="rtm rotmistrza",
    hetm="hetmana hetm",
    prez="prezydenta prez президента",
    prym="prymasa prym",
    krol="króla królowej król",
    ksiaze="księcia księżnej",
    inz="inż inżyniera",
    im="im imienia",
)
MONTHS = _set("""stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada
        grudnia""")
DATE_WORDS = _set("dnia dniu dniem od do po przed w we około do dzień datą od до від після з дня since until")
#: "11-go Listopada", "1st of May": what may stand between a number and its word.
ORDINAL_TAILS = _set("go ego ci me st nd rd th го")
_ORDINALS = """pierwszego drugiego trzeciego czwartego piątego szóstego siódmego ósmego dziewiątego dziesiątego
    jedenastego dwunastego trzynastego czternastego piętnastego szesnastego siedemnastego osiemnastego
    dziewiętnastego dwudziestego"""
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
NUMBER_WORDS = {fold(word): str(number) for number, word in enumerate(_ORDINALS.split(), start=1)} | ROMAN
