"""German questions to a brand, and what is said in conversations."""

FRAMES = """
[question quality]
Ist es normal, dass der {teilm} am {m} bei Kälte leise klickt, {b}?
{anrede} {b}, wie oft soll man beim {m} die Bremsbeläge wechseln?
Mit wie viel Luftdruck fährt man das {m} {weg}, {b}?
Wie weit kommt das {b} {m} im Winter mit einer Ladung?
[question service]
{anrede} {b}, wo finde ich die Rahmennummer für die Garantie?
Kann ich mein {b} auch in {stadt} zur Inspektion geben?
Wie läuft bei euch eine Rückgabe, {b}? Ich habe {wann} bestellt.
{b}, gilt die Garantie auch, wenn ich das {m} gebraucht kaufe?
Wie erreiche ich am {tag} jemanden in eurer Werkstatt, {b}?
[question delivery]
{anrede} {b}, wann kommt meine Bestellung {nr} an?
Liefert ihr das {m} auch nach {stadt}, {b}?
{b}, kann man die Lieferung auf {tag} ab {uhr} legen?
Wird das {b} {m} montiert geliefert oder im Karton?
[question packaging]
{b}, nehmt ihr den Karton vom {m} zurück oder muss ich ihn selbst entsorgen?
[question price]
{anrede} {b}, was kostet beim {m} der zweite Akku?
Gilt der Rabatt von {rabatt} bei {b} auch für das {m}?
{b}, gibt es das {m} auch in Raten, und was kostet das im Monat?
Habt ihr eine Förderung für Familien, {b}? Meine Frage geht um das {m}.
[question origin]
{b}, wo genau wird der Rahmen vom {m} geschweißt?
Woher kommen die Zellen im Akku vom {m}, {b}?
[question app]
{anrede} {b}, wie kopple ich das {m} mit einem neuen Handy?
Unterstützt die App von {b} auch Tablets?
Wo stelle ich in der App die Einheit um, {b}?
{b}, wann kommt das Update für das {m}?
[question jobs]
{b}, bildet ihr in {stadt} auch im nächsten Jahr aus?
Sucht ihr bei {b} noch Leute für die Werkstatt? Ich wäre ab {monat} frei.
[question privacy]
{anrede} {b}, wie lange speichert ihr meine Fahrten?
Wer bekommt bei {b} die Standortdaten vom {m}?
[question parts]
{b}, ab wann sind {ersatz} für das {m} wieder lieferbar?
Passen die {ersatz} vom alten {m} auch ans neue, {b}?
[reply complaint]
{hi}, das tut uns leid. Schickst du uns bitte {beleg} per Nachricht? Dann kümmern wir uns darum. ^{agent}
{hi}, so soll das nicht sein. Wir gehen dem noch heute nach und melden uns {zum} bei dir. ^{agent}
Danke, dass du uns das sagst. Wir haben {zum} bei der Fachabteilung nachgefragt. ^{agent}
Oje, das können wir gut verstehen. Magst du uns {beleg} und deine Postleitzahl senden? Wir finden eine Lösung. \
^{agent}
{hi}, wir entschuldigen uns für den Ärger {zum}. Ein Kollege ruft dich {bald} an. ^{agent}
Das ist nicht unser Anspruch. Schreib uns kurz {beleg}, dann melden wir uns {bald} {zum}. ^{agent}
{hi}, danke für deine Geduld. {zum} sprechen wir gerade mit der Technik, du hörst {bald} von uns. ^{agent}
Verstanden, {zum} liegt jetzt ein Vorgang an ({nr}). Du bekommst {bald} Bescheid. ^{agent}
[reply question]
{hi}, gute Frage! Mehr {zu} steht in der App unter 'Hilfe', sonst rufen wir dich gern an. ^{agent}
{hi}, das klären wir gern. Welches Baujahr hat dein Rad? Dann sagen wir dir mehr {zu}. ^{agent}
Ja, das geht. Die Einzelheiten {zu} haben wir dir gerade geschickt. ^{agent}
{hi}, leider noch nicht, aber ab {monat} ist es so weit. Wir schreiben dir {zu} noch eine Nachricht. ^{agent}
Kurz {zu}: Das erledigt jeder Händler in deiner Nähe. Brauchst du eine Adresse? ^{agent}
{hi}, {zu} fragen wir bei den Kollegen in {stadt} nach und melden uns {bald}. ^{agent}
[reply praise]
{hi}, das freut das ganze Team! Gute Fahrt weiterhin. ^{agent}
Danke für die lieben Worte! Wir geben das gern weiter. ^{agent}
So etwas lesen wir am liebsten. Allzeit gute Fahrt! ^{agent}
Wie schön! Magst du uns ein Foto von unterwegs schicken? ^{agent}
[reply wish]
{hi}, tolle Idee! Wir haben sie an die Entwicklung weitergegeben. ^{agent}
Danke für den Vorschlag. Das steht tatsächlich schon auf unserer Liste für {monat}. ^{agent}
Spannend, das besprechen wir am {tag} im Team. Wofür würdest du es am meisten nutzen? ^{agent}
[reply info]
Danke, {beleg} ist angekommen. Wir melden uns {bald}. ^{agent}
Super, damit können wir arbeiten. Der Austausch ist angestoßen, Vorgang {nr}. ^{agent}
Perfekt, danke dir. Ein neues Teil geht {bald} raus. ^{agent}
[reply worse]
{hi}, dein Ärger ist berechtigt. Wir haben den Vorgang {nr} nach oben gegeben, {agent} ruft dich {bald} an.
Es tut uns ehrlich leid. Wir erstatten dir die Kosten, bitte schick uns {beleg}. ^{agent}
Verstehen wir. Das hat zu lange gedauert, wir klären es jetzt persönlich mit dir. ^{agent}
[canned]
Danke für deine Nachricht! Bitte wende dich an unser Serviceportal. Dein {b}-Team
[back better]
<Wow, das ging schnell|Super, danke|Klasse>, {agent}! Hat geklappt, bin <wieder versöhnt|sehr zufrieden|richtig \
froh>.
Ersatz ist da, alles läuft. <Vielen Dank!|Top Service!|Danke für die Mühe!>
Ich nehm alles zurück, ihr habt euch <toll|wirklich gut|vorbildlich> gekümmert. Danke!
{agent} hat angerufen und alles geklärt. <Sehr nett!|Großes Lob!|So wünscht man sich das.>
Perfekt, genau das wollte ich wissen. Danke für die <schnelle|nette|ausführliche> Antwort!
Top, Danke! Rad fährt wieder, Laune auch wieder gut.
[back worse]
Immer dieselben Textbausteine, {zum} hat sich <gar nichts|null|nichts> getan. <Ich bin \
raus.|Frechheit.|Enttäuschend.>
Jetzt soll ich {betrag} zahlen?! Ihr macht es nur noch schlimmer.
Das habt ihr vor {zeit} auch schon geschrieben. <Lächerlich|Schwach|Unfassbar>, nichts ist passiert.
Nein, euer Portal funktioniert auch nicht. <Was für ein Saftladen.|Ich geb auf.|Nie wieder.>
Angerufen hat natürlich niemand. Ihr lügt eure Kunden an.
Schade, dass ihr so wenig Respekt vor Kunden habt. Das war mein letztes Rad von euch.
[back info]
Hab euch {beleg} gerade geschickt, Vorgang {nr}.
Baujahr 2025, gekauft in {stadt}. Reicht das?
Kommt per Nachricht. Am besten erreicht ihr mich ab {uhr}.
Rahmennummer endet auf {nr}, Rechnung hängt dran.
[back nudge]
{anrede}? Seit {zeit} warte ich auf eine Antwort {zum}. <Das ist schwach.|Ich werd langsam sauer.|Unmöglich.>
Liest hier eigentlich jemand mit? Immer noch <keine Reaktion|nichts gehört>, sehr enttäuschend.
Noch mal, weil ihr mich ignoriert: <wo bleibt die Hilfe|was ist jetzt> {zum}? Ärgerlich.
[peer agree -]
Bei mir genau dasselbe, seit {zeit}. <Ätzend.|So ein Mist.|Nervt total.>
Kenne ich, {wer} hat den gleichen Ärger. <Furchtbar.|Traurig.|Schlimm.>
Da bist du nicht allein, mein {teilm} ist auch kaputt und keiner hilft.
Genau deshalb hab ich meins zurückgegeben. War nur Frust.
[peer agree +]
Kann ich nur bestätigen, <super Rad|ich liebe meins auch|beste Entscheidung>!
Geht mir genauso, {km} km und immer noch begeistert.
Schön zu lesen! {wer} schwärmt auch die ganze Zeit.
[peer help]
Schau mal unter dem Sattelrohr, da steht die Nummer bei mir auch.
Akku einmal abziehen, {menge} Minuten warten, wieder rein. Danach ging es bei mir.
Der Laden in {stadt} macht das am {tag} ohne Termin.
Ich hab's über das Formular gemacht, hat {dauer} gedauert.
Bei mir lag es am Kabel hinter dem Display, nur gesteckt.
Ja, haben wir auch so gemacht, Größe M passt ab 1,70 m.
[peer disagree +]
Komisch, bei mir läuft alles <ohne Probleme|bestens|einwandfrei> seit {zeit}.
Sehe ich anders, mein Service in {stadt} war immer schnell.
[peer opinion]
Na ja, ein Einzelfall sagt wenig. Wie alt ist das Rad denn?
Interessant, hatte ich so noch nicht gehört. Woher weißt du das?
Wir überlegen auch gerade. Magst du am {tag} berichten?
Kommt drauf an, ob du viel {weg} fährst.
Ich würde bis {monat} warten, dann sieht man mehr.
Sind ja auch {menge} verschiedene Rahmen, am besten im Laden vergleichen.
[peer thanks]
Danke für den Tipp, {menge} Minuten und es lief wieder!
Ah, super, probiere ich heute Abend aus. Danke dir!
Das war's tatsächlich. Tausend Dank!
[edit]
Edit: Tippfehler, sorry.
Edit: Danke für die vielen Antworten.
Nachtrag: Es geht um das {m}.
Nachtrag {uhr}: noch keine Neuigkeiten.
Edit: Bild vergessen, reiche ich nach.
"""
