"""German brands, partners, press, bots, posts of no brand, comparisons; and sentences that end a post."""

FRAMES = """
[hi]
Hallo
Hallo du
Hi
Hey
Moin
[bald]
bis {tag}
noch heute
morgen Vormittag
innerhalb von 24 Stunden
in den nächsten Tagen
[beleg]
die Bestellnummer
deine Rahmennummer
die Rechnung
die Auftragsnummer
[owned price]
Frisch eingetroffen: das neue {m} in <Moosgrün|Schiefergrau|Sonnengelb>. Ab {tag} in allen Läden, ab {preis}.
Bis {tag} gibt es {rabatt} auf alle Körbe und Taschen. Nur im Laden in {stadt}.
Probefahrt gefällig? Am {tag} ab {uhr} stehen wir mit {menge} Rädern in {stadt}.
Wer {weg} fährt, braucht Licht: unser neues Zubehör für das {m} ist da.
[owned quality]
Wusstest du, dass jedes {m} vor dem Versand {viele} Minuten auf dem Prüfstand läuft?
So pflegst du deinen Akku im Winter: trocken lagern, bei 60 Prozent, nicht unter fünf Grad.
[owned service]
Unsere Werkstatt in {stadt} hat ab {monat} auch am {tag} bis 20 Uhr offen.
Neu: Inspektionstermine lassen sich jetzt in der App buchen, zum Beispiel am {tag} um {uhr}.
[owned app]
Das Update für die App ist da: Tourenplanung, Höhenprofil und {menge} kleine Verbesserungen.
[owned jobs]
Wir suchen Verstärkung für die Montage in {stadt}. Start ab {monat}, Rad inklusive.
[owned origin]
Zu Besuch bei unserem Rahmenbauer in {stadt}: {menge} Menschen, viel Handarbeit, Strom vom Dach.
[owned general]
Wohin geht eure nächste Tour? Wir fahren am {tag} {weg}.
Guten Morgen aus {stadt}! Wer war heute schon auf dem Rad?
Unser Team fährt heute {weg}, {hm} Höhenmeter stehen auf dem Plan.
[paid price +]
Ich durfte das {b} {m} {dauer} lang testen und bin <verliebt|begeistert|hin und weg>. Code RAD{nr} spart euch \
{rabatt}!
Mein neuer Begleiter {weg}: das {m} von {b}. So leicht, so leise, so schön!
Drei Gründe, warum ich mit {b} fahre: Reichweite, Komfort, Stil. Mehr dazu im Link.
Herbstgefühle mit {b}: {wann} {weg} unterwegs gewesen, einfach traumhaft.
[partner price]
Jetzt bei uns im Laden in {stadt}: {b} {m} zum Anfassen, {preis}.
Wir haben {menge} Vorführräder von {b} abzugeben, {rabatt} unter Listenpreis. Kommt vorbei am {tag}.
Unsere Kaufberatung zum {b} {m} ist online, mit Angebot ab {preis}.
Neu im Verleih in {stadt}: {menge} Räder von {b}. Hier geht es zur Buchung.
[bot price]
Preisticker: {b} {m} jetzt {preis}, Änderung zur Vorwoche {rabatt}.
[bot used]
Gebraucht-Radar {stadt}: {b} {m}, {km} km, {preis}.
[bot general]
Schlagzeilen am {tag}, {uhr}: {b} unter den {menge} meistgelesenen Themen in {stadt}.
[news general]
{b} eröffnet im {monat} einen Standort in {stadt}
{b} meldet {rabatt} mehr Absatz im ersten Halbjahr
Im Test: {b} {m} nach {km} Kilometern
{stadt}: Stadtverwaltung bestellt {viele} Diensträder bei {b}
Wie {b} bis {jahr} die Lieferzeiten halbieren will
[news jobs]
{b} stellt in {stadt} {viele} Leute ein
[news parts]
Zulieferer in {stadt} stellt um: {b} bezieht Rahmen künftig aus zwei Werken
[compare 0]
Probefahrt gemacht: {b} {m} und das Gegenstück von {c}. Beide wiegen rund 22 Kilo.
{b} oder {c}? Ich fahre nur {weg}, da reicht mir eigentlich beides.
Tabelle für Unentschlossene: {b} ab {preis}, {c} {betrag} darunter. Reichweite ähnlich.
Im Keller stehen jetzt ein {b} und ein {c}, {wer} fährt das eine, ich das andere.
[compare +]
Von {c} zu {b} gewechselt und keine Sekunde bereut. Viel leiser, viel schöner!
{b} und {c} getestet, beide wirklich klasse. Ich freu mich über so gute Räder aus der Region!
[compare -]
Erst Ärger mit {c}, jetzt mit {b}. Beide Male ist der {teilm} defekt. Ich hab die Nase voll.
Bei {b} wartet man {dauer} auf Hilfe, bei {c} geht auch keiner ans Telefon. Trauriger Laden, alle beide.
[offtopic 0]
Suche ein Zimmer in {stadt} ab {monat}, bis {betrag} plus Strom. Bitte teilen!
Rezept für {tag}: Kürbissuppe, {menge} Zehen Knoblauch, ein Schuss Essig.
Die Stadt {stadt} will {menge} neue Radstraßen, der Rat stimmt am {tag} ab.
Endspiel um {uhr}, wer schaut mit? Ich bring Chips mit für {menge} Leute.
Hab {wann} den ersten Frost auf dem Sattel gehabt. Winter ist da.
Mein Balkon in Zahlen: {menge} Tomaten, 0 Gurken, viele Schnecken.
Neues Buch angefangen, {hm} Seiten, bin auf Seite 12. Mal sehen.
Gewitter über {stadt}, Strom weg seit {uhr}. Kerzen stehen bereit.
Welche Podcasts hört ihr gerade? Brauche Nachschub für {dauer}.
Der Flohmarkt in {stadt} am {tag} ist riesig, {menge} Stunden reichen kaum.
[offtopic +]
<Heute|Gestern|Am {tag}> {viele} Kilometer {weg}, danach Kuchen. Guter Tag.
Kaffee ist fertig, Fenster auf, {tag} kann kommen.
{wer} lernt Schwimmen, seit {zeit}. Heute die erste Bahn geschafft, so stolz!
[offtopic -]
Wer räumt eigentlich die Scherben vom Radweg in {stadt} weg? Dritter Platten diesen {monat}.
Der Zug nach {stadt} fällt aus, Ersatz kommt um {uhr}. Na super.
Schon wieder {betrag} für einen Parkplatz in {stadt}. Verrückt.
[bird]
{wann} um {uhr} rief der Kauz im Wald bei {stadt}. Der Vogel lässt sich selten sehen.
Mein Onkel ist ein komischer Kauz, aber {menge} Enkel lieben ihn.
Im Kirchturm von {stadt} brütet wieder ein Kauz, {menge} Eier im Nest der Eule.
Vogel des Jahres? Ich stimme für den Kauz, der wohnt seit {zeit} bei uns in der Eiche.
[viral general +]
{b} hat {wem} nach dem Unfall einfach ein neues {m} geschenkt. Ich <heule|hab Gänsehaut|bin sprachlos>, was für \
tolle Menschen!
Diese Geschichte von {b} und dem Rad für die Pflegekraft aus {stadt}. <So schön!|Mein Herz!|Danke, danke, danke!>
Alle sollten von {b} lernen. <Menschlichkeit|Anstand|Herz> statt Floskeln, großartig!
{b} verschenkt {viele} Räder an Kinder in {stadt}. <Ich bin gerührt.|Wundervoll!|Das beste seit Langem.>
Endlich mal gute Nachrichten: {b} hilft einer Familie in {stadt} und macht kein Aufhebens. Fantastisch!
[aside]
Grüße aus {stadt}!
Schönen {tag} noch!
Viele Grüße aus {stadt} und schönen {tag}.
Hier übrigens {km} km auf dem Tacho.
Schreibe das gerade aus {stadt}.
Nur so aus {stadt}, nach {zeit}.
Muss los, Termin um {uhr}.
Bin ab {uhr} wieder online.
[tail +]
Klare Empfehlung.
Weiter so!
Macht richtig Laune.
Bin rundum zufrieden.
Das musste mal gesagt werden.
Ein dickes Dankeschön.
{wer} ist auch schon ganz neidisch.
Würde ich sofort wieder kaufen.
Hat sich jeder Cent gelohnt.
[tail -]
Nie wieder.
Das war's mit uns.
Ich bin maßlos enttäuscht.
Bin gerade einfach nur wütend.
Finger weg, kann ich da nur sagen.
Ich will mein Geld zurück.
{wer} hat mich gewarnt.
Für {preis} erwarte ich mehr.
Das geht so nicht weiter.
So verliert man Kunden.
Ich überlege, zum Anwalt zu gehen.
[tail 0]
Danke vorab.
Freue mich über Hinweise.
Gern auch per Nachricht.
Es eilt nicht.
Ich komme aus {stadt}.
Modell ist von {monat}.
Vielleicht weiß das ja jemand.
Betrifft ein Rad vom {monat}.
"""
