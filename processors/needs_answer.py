"""Which posts want an answer: questions and complaints. A rule over the words, in German and English, and the sentiment.

The rule is the table below, read from the top; the first line that applies decides. `docs/dialogues.md` states its
measured precision and recall.

1. no words at all                                              → no
2. a question mark, or a question's or request's opening words  → yes
3. words of complaint or of something that does not work        → yes
4. the sentiment model says negative                            → yes
5. thanks, praise, a greeting                                   → no
6. everything else: only if the text speaks to the brand (names its account) and is no mere link or news item
"""

from __future__ import annotations

import re

VERSION = "1"

_LINK = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"@[\w.\-@]+")

_ASKING = re.compile(
    r"""\?(?!\S*=)
    | \b(?:how\ (?:do|can|long|come|to|is|are|much)|why\ (?:is|are|do|does|did|can|won|isn|am|was|the)|when\ (?:will|is|are|do|can)
    | where\ (?:is|are|can|do|s)|what(?:'?s|\ is|\ are|\ do|\ happened|\ time|\ the)|who\ (?:can|do|is)|which\ one
    | can\ (?:you|u|i|we|someone|anyone)|could\ (?:you|u|i|someone)|would\ you|will\ you|do\ you|is\ there|are\ there|any\ (?:chance|idea|update|way|help)
    | please|pls|plz|help\ me|need\ (?:help|to|a|an|some|you)|i\ need|trying\ to|tried\ to|want\ to\ know|let\ me\ know|dm\ me|need\ assistance
    | wie\ (?:kann|lange|komme|viel|bekomme|geht|soll|ist|oft)|warum|wieso|weshalb|wann|wohin|woher
    | wo\ (?:ist|bleibt|finde|kann|sind|bekomme)|was\ (?:ist\ mit|soll|kann|mache|kostet|tun)|welche[rsn]?\b.{0,40}\?|wer\ (?:kann|hilft|ist)
    | k(?:ö|oe)nnt\ ihr|k(?:ö|oe)nnen\ sie|habt\ ihr|haben\ sie|gibt\ es|kann\ (?:man|ich|mir)|bitte|hilfe|weiß\ (?:jemand|wer)
    | brauche|ich\ h(?:ä|ae)tte\ gern|meldet\ euch|melden\ sie\ sich|r(?:ü|ue)ckmeldung)\b""",
    re.VERBOSE,
)
_COMPLAINING = re.compile(
    r"""\b(?:not\ (?:work|happy|ok|okay|cool|good|acceptable|impressed|respond|help|getting|able|receiv|fair|letting|load)\w*
    | (?:does|do|did|is|was|are|were|has|have|had|ca|wo|could|would|should)n['’]?t|cannot|cant|dont|doesnt|wont|isnt|never|no\ (?:answer|response|reply|help|one|info|information|way)
    | still\ (?:no|not|waiting|wait)|waiting\ (?:for|on|since)?|on\ hold|hold\ for|worst|terrible|horrible|awful|ridiculous|unacceptable|disappoint\w*|disgust\w*|pathetic
    | fail(?:ed|s|ure|ing)?|broken?|broke|bug(?:s|gy)?|error|issue[s]?|problem\w*|stuck|stranded|lost|missing|missed|late|delay\w*|cancel\w*|cancell\w*
    | refund\w*|complain\w*|scam\w*|stole\w*|hacked|banned|suspend\w*|locked|charged|overcharged|damaged|rude|poor|bad|sucks?|wtf|fix|crash\w*|down\b|disconnect\w*|ruined|useless|joke|hate|angry|frustrat\w*|annoy\w*|trash|garbage|screwed|shame|nightmare|wrong
    | (?:geht|funktioniert|klappt|l(?:ä|ae)uft|kommt|antwortet|reagiert|hilft|l(?:ä|ae)dt)\b.{0,30}\bnicht|nicht\ (?:erreichbar|zufrieden|geliefert|angekommen|funktioniert|m(?:ö|oe)glich|in\ ordnung|akzeptabel)
    | kaputt|defekt\w*|fehler\w*|problem\w*|st(?:ö|oe)rung\w*|ausfall|ausgefallen|versp(?:ä|ae)t\w*|beschwer\w*|reklam\w*|entt(?:ä|ae)usch\w*|(?:ä|ae)rger\w*|frech\w*|unversch(?:ä|ae)mt\w*|katastroph\w*
    | schlecht\w*|schlimm\w*|nie\ wieder|keine\ (?:antwort|r(?:ü|ue)ckmeldung|hilfe|reaktion|info)|niemand|immer\ noch|warte\w*|erstattung|umtausch|r(?:ü|ue)ckerstatt\w*|abzocke|betrug|miserabel|furchtbar|schrott|peinlich|nervt|schade|mangel\w*|m(?:ä|ae)ngel)\b""",
    re.VERBOSE,
)
_PLEASED = re.compile(
    r"""\b(?:thank(?:s|\ you|\ u|ful)?|thx|ty|love|loved|loving|great|awesome|amazing|best|excellent|fantastic|wonderful|perfect|kudos|props|appreciate\w*|happy|glad|yay|congrat\w*|cool|nice|good|enjoy\w*|excited|beautiful|impressed
    | danke\w*|toll\w*|super|klasse|prima|liebe|beste[rnsm]?|wunderbar|perfekt\w*|sch(?:ö|oe)n\w*|gl(?:ü|ue)ckwunsch|top|begeister\w*|zufrieden|freue?n?|lob|gern\w*|hervorragend\w*)\b""",
    re.VERBOSE,
)
_MIN_WORDS = 3


def needs_answer(text: str, sentiment: str = "", *, addressed: bool = True) -> bool:
    """Whether the post wants an answer from the brand it concerns.

    `sentiment`: the model's label, or "" when there is none. `addressed`: the text names an account of the brand.
    """
    words = _HANDLE.sub(" ", _LINK.sub(" ", text)).replace("’", "'").casefold().strip()
    if not any(c.isalpha() for c in words):
        return "?" in words
    if _ASKING.search(words) or _COMPLAINING.search(words) or sentiment == "negative":
        return True
    if not addressed or sentiment == "positive" or _PLEASED.search(words):
        return False
    return not _LINK.search(text) and len(words.split()) >= _MIN_WORDS
