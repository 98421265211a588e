"""Which posts want an answer: questions and complaints addressed to the brand. A rule over the words, in German and English.

`docs/dialogues.md` states its measured precision and recall. The first line that applies decides:

1. the text names a brand, but does not speak to it               → no
2. a question mark, or the opening words of a question or request → yes
3. words of complaint, or of something that does not work         → yes
4. the sentiment model says negative                              → yes
5. thanks, praise, or the model says positive                     → no
6. anything else that speaks to the brand and is no mere link     → yes

A text speaks to the brand when it names one of its accounts, or its name as a form of address ("Acme, when …", "thanks, Acme!").
One that opens with somebody else's account is a reply to them ("@jo @acme that is why …") and speaks to the brand by name only.
A text that names no brand at all cannot be told by line 1: it matters only in a conversation with the brand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import ahocorasick

from processors.text import bare, fold, words
from schemas.brands import BrandBook

VERSION = "2"

# Phrases, separated by commas; an asterisk ends the beginning of a word. Compared without case, punctuation and umlaut spelling.
_ASKING = """
how do, how can, how long, how come, how to, how is, how are, how much, how many, why is, why are, why do, why does, why did, why can*,
why won*, why isn*, why am, why was, why the, when will, when is, when are, when do, when can, where is, where are, where can, where do,
where s, wheres, what s, whats, what is, what are, what do, what happened, what time, what the, who can, who do, who is, which one, can you, can u, can i, can we,
can someone, can anyone, could you, could u, could i, would you, will you, do you, is there, are there, any chance, any idea*,
any update*, any way, any help, any news, anyone know, anyone else, does anyone, anybody, please, pls, plz, help me, need help, need to,
need a, need an, need some, need you, i need, trying to, tried to, want to know, let me know, dm me, need assistance, you should,
i expect, come on,
wie kann, wie lange, wie komme, wie viel, wie bekomme, wie geht, wie soll, wie ist, wie oft, warum, wieso, weshalb, wann, wohin,
woher, wo ist, wo bleibt, wo finde, wo kann, wo sind, wo bekomme, was ist mit, was soll, was kann, was mache, was kostet, was tun,
wer kann, wer hilft, wer ist, koennt ihr, koennen sie, habt ihr, haben sie, gibt es, kann man, kann ich, kann mir, bitte, hilfe,
weiss jemand, weiss wer, brauche, ich haette gern*, meldet euch, melden sie sich, rueckmeldung
"""
_COMPLAINING = """
not work*, not happy, not ok, not okay, not cool, not good, not acceptable, not impressed, not respond*, not help*, not getting, not able,
not receiv*, not fair, not let*, not load*, not even, doesn t, don t, didn t, isn t, wasn t, aren t, weren t, hasn t, haven t, hadn t, can t, won t,
couldn t, wouldn t, shouldn t, cannot, cant, dont, doesnt, wont, isnt, didnt, never, no answer, no response, no reply, no help, no one, no info*,
no way, still no, still not, still wait*, waiting, on hold, hold for, worst, terrible, horrible, awful, ridiculous, unacceptable,
disappoint*, disgust*, pathetic, fail, failed, fails, failure, failing, broke, broken, bug, bugs, buggy, error*, issue*, problem*, stuck,
stranded, lost, missing, missed, late, delay*, cancel*, refund*, complain*, scam*, stole*, hacked, hacker*, banned, suspend*, locked,
charged, overcharged, damaged, rude, poor, bad, suck, sucks, wtf, fix, crash*, down, disconnect*, ruined, useless, joke, hate, angry,
frustrat*, annoy*, trash, garbage, screwed, shame*, nightmare, wrong, trouble, unable, refus*, compromised, phishing, crook*, lazy, scum,
bummer, bummed, sad, ignor*, stupid, nobody, nothing but, getting away, capitaliz*, signed in*, logging in*, logged in*, log in*, sign in*, recover,
thanks for nothing, kidding me, keep try*, keeps try*, scared, lie, liar*, unreliable, money back, out of me, not customer,
funktioniert nicht, geht nicht, klappt nicht, laeuft nicht, kommt nicht, antwortet nicht, reagiert nicht, nicht erreichbar,
nicht zufrieden, nicht geliefert, nicht angekommen, nicht moeglich, nicht in ordnung, nicht akzeptabel, komme nicht, kaputt, defekt*,
fehler*, fehlt, fehlen, stoerung*, ausfall, ausgefallen, verspaet*, beschwer*, reklam*, enttaeusch*, aerger*, frech*, unverschaemt*,
katastroph*, schlecht*, schlimm*, nie wieder, keine antwort, keine rueckmeldung, keine hilfe, keine reaktion, keine info*, kein mensch,
niemand, immer noch, schon wieder, seit wochen, seit tagen, seit monaten, warte, warten, wartet, erstattung, umtausch, rueckerstatt*,
geld zurueck, abzocke, betrug, miserabel, furchtbar, schrott, peinlich, nervt, schade, mangel*, maengel*, danke fuer nichts, wuetend,
frechheit, zumutung, unverantwortlich, feige, armutszeugnis, lahmgelegt, angst, textbaustein*, ich bin raus, reicht es mir, so geht das nicht
"""
_PLEASED = """
thank*, thx, ty, love*, loving, great, awesome, amazing, best, excellent, fantastic, wonderful, perfect*, kudos, props, appreciate*,
happy, glad, yay, congrat*, cool, nice, good, enjoy*, excited, beautiful, impressed, danke*, toll*, super, klasse, prima, liebe*, beste,
bester, bestes, besten, wunderbar, perfekt*, schoen*, glueckwunsch, top, begeister*, zufrieden, freue*, freut, lob, gern*,
hervorragend*, vorbildlich*, shout out, stark, kann nur bestaetigen, can t do better
"""
_MIN_WORDS = 3
_LINK = re.compile(r"(?:https?://|www\.)\S+")


def _phrases() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for kind, text in (("asking", _ASKING), ("complaining", _COMPLAINING), ("pleased", _PLEASED)):
        for phrase in " ".join(text.split()).split(", "):
            automaton.add_word(" " + (phrase[:-1] if phrase.endswith("*") else phrase + " "), kind)
    automaton.make_automaton()
    return automaton


_AUTOMATON = _phrases()


class Wording:
    """What the words of a post say of whether it wants an answer; `decide` adds what the sentiment says."""

    NO = 0
    YES = 1
    UNLESS_POSITIVE = 2
    IF_NEGATIVE = 3


def wording(text: str, stripped: str, said: str, *, addressed: bool, named: bool) -> int:
    """What the post's words say.

    text, stripped, said  the post, its `processors.text.bare` form and the `words` of that
    addressed             the text speaks to a brand (see `Addressing`)
    named                 the text names a brand
    """
    if named and not addressed:
        return Wording.NO
    if "?" in stripped:
        return Wording.YES
    pleased = False
    for _, kind in _AUTOMATON.iter(f" {said} "):
        if kind != "pleased":
            return Wording.YES
        pleased = True
    if not addressed or pleased or said.count(" ") < _MIN_WORDS - 1 or _LINK.search(text):
        return Wording.IF_NEGATIVE
    return Wording.UNLESS_POSITIVE


_DECISIONS = {  # by sentiment, then by wording
    "": (0, 1, 1, 0),
    "neutral": (0, 1, 1, 0),
    "positive": (0, 1, 0, 0),
    "negative": (0, 1, 1, 1),
}


def decide(words_say: int, sentiment: str) -> int:
    """1 if the post wants an answer, else 0. `sentiment`: the model's label, or "" when there is none."""
    return _DECISIONS[sentiment][words_say]


def needs_answer(text: str, sentiment: str = "", *, addressed: bool = True, named: bool = True) -> bool:
    """Whether the post wants an answer: both steps in one."""
    stripped = bare(fold(text))
    return bool(decide(wording(text, stripped, words(stripped), addressed=addressed, named=named), sentiment))


_GREETING = frozenset(
    [
        "hey",
        "hi",
        "hello",
        "dear",
        "hallo",
        "moin",
        "servus",
        "grüezi",
        "liebe",
        "lieber",
        "liebes",
        "team",
        "zusammen",
        "morning",
        "evening",
        "tag",
        "morgen",
        "abend",
        "danke",
        "thanks",
        "bitte",
        "please",
        "sorry",
    ]
)
_OPENING = re.compile(r"[\s.\"'„“]*@([\w.\-@]+)")
_OPENINGS = re.compile(r"^(?:\s*@[\w.\-@]+)+")
_ENDS_SENTENCE = frozenset(".!?:\n")


@lru_cache(16_384)
def _account_name(mention: str) -> str:
    return mention.removeprefix("@").rstrip(".").casefold()


class Addressing:
    """Tells whether a text speaks to a brand. Compiled once from the brand book."""

    def __init__(self, book: BrandBook) -> None:
        terms = [term for brand in book.brands for term in (brand.name, *brand.match.any)]
        names = {fold(term) for term in terms if term[:1] not in ("@", "#", "")}
        accounts = [account.partition(":")[2] for brand in book.brands for account in brand.accounts]
        self._accounts = {
            name.removeprefix("@").casefold() for name in (*accounts, *(t for t in terms if t.startswith("@")))
        }
        self._locals = {name.partition("@")[0] for name in self._accounts}
        some = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
        self._name = re.compile(rf"(?<!\w)(?:{some})(?!\w)")

    def speaks_to(self, text: str, mentions: Sequence[str]) -> bool:
        """Whether the text names an account of a brand and does not open with another's, or its name as a form of address."""
        for mention in mentions:
            if _account_name(mention) in self._accounts:
                if self._opens_to_another(text):
                    break
                return True
        folded = fold(text)
        return any(_is_vocative(folded, found.start(), found.end()) for found in self._name.finditer(folded))

    def _opens_to_another(self, text: str) -> bool:
        found = _OPENING.match(text)
        if not found:
            return False
        name = _account_name(found[1])
        return name not in self._accounts and name.partition("@")[0] not in self._locals


def _is_vocative(text: str, start: int, end: int) -> bool:
    """Whether the name at text[start:end] is set off as an address: by a greeting, or by commas or the text's ends."""
    before, after = text[:start].rstrip(" @"), text[end:].lstrip(" ")
    if text[start - 1 : start] == " " and before[:1] == "@":  # "@jo Acme, when …": the accounts before are no words
        before = _OPENINGS.sub("", before)
    greeted = before.rpartition(" ")[2].strip(",.!") in _GREETING
    opens = not before or before[-1] in _ENDS_SENTENCE or greeted
    closes = not after or not after[0].isalnum()
    return (opens and (greeted or after[:1] in (",", ":", "!"))) or (before[-1:] in (",", ";", "–") and closes)
