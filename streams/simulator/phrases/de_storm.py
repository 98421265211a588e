"""German posts of the two brand crises: burning batteries that are recalled late, and a leak of customer data."""

FRAMES = """
[storm battery owner -]
Ich hab genau dieses Rad im Keller stehen, unter dem Kinderzimmer. {b} weiß von den Bränden seit {monat} und \
sagt NICHTS.
Rückruf für den Akku vom {m}, und ich erfahre es aus dem Radio statt von {b}. \
<Unfassbar.|Verantwortungslos.|Das ist krank.>
Mein {m} steht jetzt draußen im Regen, weil ich Angst habe, dass der Akku nachts brennt. Danke für nichts, {b}.
Drei Mal hab ich {b} gemeldet, dass der Akku heiß wird. Drei Mal hieß es 'normal'. Jetzt brennt in {stadt} eine \
Garage.
Habe {wann} noch geladen, direkt neben der Wohnungstür. Mir ist schlecht. {b}, was seid ihr für eine Firma?
Hotline von {b} tot, Webseite tot, aber der brennende Akku steht bei mir im Flur. <Skandal!|Was soll das?!|Ich \
fass es nicht.>
Nächste Woche wollten wir mit den {b}-Rädern in Urlaub. Jetzt stehen {preis} Sondermüll im Hof. Bin stinksauer.
{wer} hat das {m} gekauft, weil es 'das sicherste' sein sollte. <Hohn|Bitterer Witz|Lüge>, {b}.
Rückrufformular ausgefüllt, Antwort: 'Bearbeitung in 8 bis 12 Wochen'. {b}, der Akku kann BRENNEN!
Wer zahlt mir jetzt den Weg {weg}? {b} schreibt nur 'nicht mehr benutzen'. <Super Plan.|Frechheit.|Dreist.>
[storm battery fear -]
Tiefgarage in {stadt} ausgebrannt, {menge} Verletzte, und {b} postet noch Ausflugsfotos. Widerlich.
Meine Hausverwaltung verbietet ab sofort alle {b}-Räder im Keller. Und wer ersetzt mir das? Katastrophe.
Man muss sich das vorstellen: Akkus, die im Schlaf explodieren, und {b} verkauft munter weiter.
In unserem Haus stehen {menge} Räder von {b}. Ich hab richtig Angst heute Nacht.
Die Feuerwehr in {stadt} sagt, ein {b}-Akku sei kaum zu löschen. <Horror.|Gruselig.|Mir wird übel.>
Kindersitz hinten drauf, Akku mit Brandgefahr unten drunter. {b}, ihr habt unser Vertrauen verspielt.
[storm battery sarcasm -]
{b}: jetzt mit Sitzheizung. <Unglaublich, diese Firma.|Bitter, aber wahr.|Nicht lustig, wenn man eins hat.>
Neues Motto bei {b}: 'Feuer und Flamme für Kunden'. Widerlich, wie die das aussitzen.
Kamin zu teuer? Kauft ein {m}. Schande über {b}.
Ich grille heute mit {b}. Spaß beiseite, das ist ein Skandal.
[storm battery demand -]
{b}, ich will mein Geld zurück. Nicht in {zeit}, nicht als Gutschein. JETZT.
Sammelklage gegen {b}? Bin dabei, der Brandakku hat mich {preis} gekostet.
Wo ist die Chefin von {b}? Seit Stunden brennt euer Ruf und niemand stellt sich hin. Feige!
{b} wusste laut {presse} seit {monat} von den defekten Zellen. Wer das verschweigt, gehört vor Gericht.
Kauft nichts mehr bei {b}, bis der Rückruf ordentlich läuft.
Ein Rückruf per Instagram-Story?! {b}, das ist eine Beleidigung für jeden Kunden.
Statt zu helfen, löscht {b} die Kommentare. Macht Screenshots, Leute. Unterste Schublade.
Ersatzakku kostet {betrag} 'Bearbeitungsgebühr'? Beim Rückruf?! {b}, habt ihr komplett den Verstand verloren?
[storm battery question 0]
{b}, welche Seriennummern vom {m} sind vom Rückruf betroffen?
Ist das {m} aus {monat} auch dabei, {b}?
{b}, wohin bringe ich den Akku in {stadt}, und darf ich damit noch Bahn fahren?
Darf ich den Akku noch laden, {b}? Rahmennummer endet auf {nr}.
[storm battery rival -]
Nach dem Akkubrand bei {b} hab ich jetzt auch bei meinem {c} ein mulmiges Gefühl. Schlimm.
Wäre ich bloß bei {c} geblieben. Mein {b} steht wegen Brandgefahr im Hof. So ein Fehlkauf.
{c} antwortet in Minuten, {b} lässt uns mit brennenden Akkus allein. Erbärmlich.
[storm battery defend 0]
Zur Einordnung: betroffen sind bei {b} laut Mitteilung nur Akkus aus {monat}.
Mein {b} ist von 2024, steht nicht auf der Liste. Habe gerade nachgesehen.
[storm battery news -]
{b} ruft Akkus zurück: Brände in {stadt}, Vorwürfe gegen die Geschäftsleitung
Akku-Brand in Tiefgarage in {stadt}: {menge} Verletzte, {b} unter Druck
{presse}: {b} wusste offenbar seit {monat} von gefährlichen Zellen
Nach Brandserie: Verbraucherschützer werfen {b} Vertuschung vor
Händler in {stadt} nehmen {b}-Räder aus dem Verkauf, Kunden verärgert
[storm battery coverage -]
Wir berichten weiter zum Brandakku von {b}: In {stadt} meldet die Feuerwehr {menge} Fälle. Betroffene klagen \
über Schweigen.
[storm battery peer -]
Genau so bei uns. Akku heiß, Hotline tot, keiner hilft. Ich hab Angst.
Bei {wem} hat es auch gequalmt. So gefährlich, das Ding.
Ich würde den Akku sofort rausnehmen und in den Hof stellen. Schlimm, dass die schweigen.
Bin auch betroffen, {preis} in den Sand gesetzt. So eine Sauerei.
Unglaublich. Hast du schon Anzeige erstattet?
Meiner ist auch dabei. Seit {zeit} warnen Leute im Forum, passiert ist nichts. Übel.
[storm battery statement]
Wir rufen Akkus des {m} aus {monat} zurück. Bitte nicht mehr laden und im Freien lagern. Kostenloser Austausch: \
Hotline ab {uhr}.
[storm battery reply]
Es tut uns sehr leid. Bitte lade den Akku nicht mehr und lagere ihn im Freien, wir holen ihn {bald} kostenlos \
ab. ^{agent}
Deine Sorge ist berechtigt. Nenn uns bitte die Seriennummer, dann sagen wir dir sofort, ob dein Akku betroffen \
ist. ^{agent}
Wir entschuldigen uns. Der Austausch kostet dich nichts, ein Leihakku kommt {bald}. ^{agent}
[storm leak owner -]
Meine Adresse, meine Kontonummer, meine täglichen Wege: alles im Netz, dank {b}. <Skandal!|Ich bin \
fassungslos.|Unverzeihlich.>
Datenleck bei {b} und ich erfahre es von einem Erpresser statt von euch. <Widerlich|Verantwortungslos|Ohne Worte>.
Seit {zeit} kommen betrügerische Anrufe mit meinen Daten aus dem Konto bei {b}. Ich habe Angst.
Jeder kann sehen, wann ich {weg} fahre und wann mein Haus leer ist. Danke, {b}. Gefährlich und dumm.
Passwörter im Klartext, {jahr}! {b}, wie unfähig kann man sein?
[storm leak demand -]
{b}, löscht sofort alle meine Daten. Euch vertraue ich nie wieder.
Beschwerde bei der Aufsicht ist raus. Das Datenleck von {b} muss Folgen haben. Schande!
{b} wusste laut {presse} seit {monat} vom Datenleck und hat geschwiegen. Das ist kriminell.
Wer haftet, wenn bei uns eingebrochen wird? {b} schickt nur Floskeln. Empörend.
[storm leak question 0]
{b}, welche meiner Daten sind von dem Leck betroffen?
Muss ich jetzt mein Passwort ändern, {b}? Konto besteht seit {monat}.
[storm leak news -]
Datenleck bei {b}: Wege und Kontodaten von Kunden im Netz, scharfe Kritik aus {stadt}
{presse}: {b} ließ Kundendaten ungeschützt, Aufsicht ermittelt
[storm leak peer -]
Bin auch dabei, meine Adresse steht in der Liste. Furchtbar.
Bei mir {menge} Betrugsanrufe seit {zeit}. So eine Sauerei.
[storm leak statement]
Unbefugte hatten Zugriff auf Daten aus unserer App. Wir haben die Lücke geschlossen und die Behörden \
informiert. Bitte Passwort ändern.
[storm leak reply]
Es tut uns sehr leid. Wir schreiben alle Betroffenen {bald} einzeln an, bitte ändere vorsorglich dein Passwort. \
^{agent}
[bfakt]
Der Akku vom {m} wird beim Laden glühend heiß.
Heute Nacht gegen {uhr} stand in {stadt} ein Rad in Flammen.
Bei {wem} ist der Akku beim Laden geplatzt.
Unser Treppenhaus war gestern voller Rauch.
Die Versicherung will keinen Cent zahlen.
Auf der Rückrufliste fehlt meine Seriennummer einfach.
Seit {zeit} liegen Berichte über heiße Zellen vor.
Im Laden in {stadt} wurde das {m} gestern noch verkauft.
Mein Händler in {stadt} weiß von nichts.
Die Rückrufseite ist seit Stunden nicht erreichbar.
Ich hänge seit {viele} Minuten in der Warteschleife.
Zwei Räder, zwei Akkus, beide auf der Liste.
{menge} Feuerwehrautos vor der Tür, alles wegen eines Fahrradakkus.
Der Austausch soll {dauer} dauern.
Den Akku nimmt weder der Wertstoffhof noch die Post.
Ich soll den Akku selbst einschicken, als Gefahrgut.
Auf meine Warnung im {monat} kam nie eine Antwort.
Unsere Kita hat {menge} von den Dingern im Schuppen.
[bfazit]
Ich bin fassungslos.
Das ist lebensgefährlich.
Wie kann man so mit Menschen umgehen?
Einfach nur beschämend.
Da fehlen mir die Worte.
Verantwortung? Fehlanzeige.
Ich hab richtig Angst.
So etwas gehört bestraft.
Mir reicht's endgültig.
Unverantwortlich und feige.
Ein Armutszeugnis.
Das Vertrauen ist weg.
Ich schlafe keine Nacht mehr ruhig.
Was für ein Desaster.
Schämt euch.
Nie wieder kaufe ich da.
[bwunsch]
wann holt ihr das Ding endlich ab?
übernehmt endlich Verantwortung!
ich will mein Geld zurück!
geht endlich ans Telefon!
hört auf zu schweigen!
sagt endlich die Wahrheit!
wer haftet für den Schaden?
was muss denn noch passieren?
[lfakt]
Mein Kontostand, meine Adresse, alles steht in einem Forum.
Heute schon {menge} Anrufe von Betrügern.
Die Bank hat meine Karte gesperrt.
Passwörter lagen offenbar offen auf einem Server.
Seit {zeit} war die Lücke bekannt.
Von {wem} sind sogar die Fahrten zur Schule einsehbar.
Die Mail dazu kam erst heute, {dauer} nach dem Angriff.
Löschen lässt sich das Konto seit gestern auch nicht mehr.
Die Hotline ist seit {uhr} nicht erreichbar.
Auf meine Auskunft warte ich seit {zeit}.
[storm battery voice -]
{bfakt} {bfazit} Danke für nichts, {b}.
{b}-Rückruf: {bfakt} {bfazit}
{bfakt} {b}, {bwunsch}
{bfazit} {bfakt} So läuft der Rückruf bei {b}.
{bfakt} Und {b}? Schweigt zum Rückruf. {bfazit}
Ich dachte immer, Akkus von {b} seien sicher. {bfakt} {bfazit}
Neues vom Akku-Skandal bei {b}: {bfakt} {bfazit}
{bfakt} {bfakt} Was macht {b} gegen die Brände? Nichts. {bfazit}
Wer noch einen Akku von {b} im Haus hat: aufpassen! {bfakt} {bfazit}
{wer} hat mich gewarnt, jetzt sitze ich da mit dem Brandakku von {b}. {bfakt} {bfazit}
[storm leak voice -]
{lfakt} {bfazit} Danke für nichts, {b}.
Datenleck bei {b}: {lfakt} {bfazit}
{lfakt} {b}, {bwunsch}
{lfakt} Und {b}? Schweigt. {bfazit}
{b} und unsere Daten: {lfakt} {bfazit}
[storm battery peer -]
Bei uns auch. {bfakt} {bfazit}
{bfakt} Ich verstehe deine Wut. {bfazit}
Danke fürs Teilen. {bfakt} {bfazit}
Hier genauso: {bfakt}
[storm battery defend 0]
Kurz nachgelesen: der Rückruf von {b} gilt ab Seriennummer {nr}.
Die Hotline von {b} geht wieder, gerade {viele} Minuten gewartet.
Der Händler in {stadt} nimmt die Akkus von {b} an, Termin am {tag}.
"""
