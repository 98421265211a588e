"""German praise, wishes and purchase intent."""

FRAMES = """
[praise quality]
{km} km mit dem {b} {m} und <immer noch wie neu|kein einziger Defekt|läuft wie am ersten Tag>. <Bin \
begeistert.|Top Qualität!|Klasse.>
Der Motor vom {m} zieht mich {weg}, als wäre da kein Berg. <Ich liebe es.|Einfach herrlich.|Großartig!>
Selten so ein <sauber verarbeitetes|leises|wendiges> Rad gefahren wie das {b}. Respekt!
Nach dem Sturz {wann} hat am {b} nur die Klingel was abbekommen. <Stabil|Wahnsinn|Hut ab>!
Akku nach {km} km noch bei 96 Prozent. So muss das sein, {b}. <Danke!|Sehr zufrieden.|Perfekt.>
Mit dem {m} {weg}, Sonne, kein Wind. <Besser geht's nicht.|Ich strahle immer noch.|Was für ein tolles Rad!>
{wer} wollte mein {b} nur kurz probieren und kam nach zwei Stunden grinsend zurück. Tolles Ding!
[praise service]
Großes Lob an {b}: {wann} angerufen, am nächsten Tag war der {teilm} getauscht. <Kostenlos!|Spitze!|So geht \
Service.>
{agent} vom Kundendienst bei {b} hat mir <super freundlich|in fünf Minuten|mit viel Geduld> geholfen. Danke dafür!
Garantiefall bei {b}: Foto geschickt, Ersatz kam sofort. Da <fühlt man sich ernst genommen|bleibt man gerne Kunde>.
Die Werkstatt von {b} in {stadt} ist ein Traum. Nett, schnell, fair.
Rücksendung bei {b} völlig problemlos, Geld nach zwei Tagen da. Vorbildlich!
Kulanz nach drei Jahren, damit hätte ich nie gerechnet. Danke, {b}, ihr seid großartig.
[praise delivery]
Am {tag} bestellt, zwei Tage später stand das {m} vor der Tür. <Wow|Hammer|Top>, {b}!
Der Fahrer von {b} hat das Rad sogar in den vierten Stock getragen. Herzlichen Dank!
Lieferung von {b} eine Woche früher als angekündigt. So kann's gehen, freu mich riesig.
Pünktlich um {uhr}, fertig montiert, Luft drauf. Besser kann man nicht liefern, {b}.
[praise packaging]
{b} verpackt jetzt ganz ohne Plastik, alles Karton und wiederverwendbar. <Finde ich klasse.|Vorbildlich!|Daumen \
hoch.>
Der Karton vom {m} ist ein Kunstwerk, ausgepackt in drei Minuten. Richtig gut gemacht, {b}.
Liebevoll verpackt, mit handgeschriebener Karte. Da lacht das Herz, danke {b}!
[praise price]
Für {preis} bekommt man nirgends so viel Rad wie bei {b}. Klare Empfehlung!
{rabatt} Treuerabatt bei {b} bekommen, einfach so. Sehr fair, danke!
{m} im Leasing über die Firma, {betrag} im Monat. Bestes Angebot seit Jahren, {b}.
[praise campaign]
Die Kampagne von {b} mit den Pendlern aus {stadt} ist richtig sympathisch, hat mir den Tag gerettet.
Endlich mal Werbung ohne Muskelmänner. Starker Spot, {b}!
[praise origin]
{b} legt alle Lieferanten offen, sogar die Mine fürs Lithium. So viel Transparenz <verdient Applaus|finde ich \
stark>.
Rahmen aus recyceltem Aluminium, geschweißt in {stadt}. Deshalb fahre ich gern {b}.
Toll, dass {b} die Zulieferer selbst prüft und darüber ehrlich berichtet.
[praise app]
Das neue Update der {b}-App ist ein Traum: Route, Reichweite, alles da. <Super!|Danke!|Endlich!>
Die Diebstahlsperre im {m} hat heute Nacht funktioniert. {b}, ich könnte euch knutschen!
Navigation in der App von {b} findet wunderschöne Wege, die ich nie entdeckt hätte. Begeistert!
[praise jobs]
Erster Arbeitstag bei {b} und ich hab mich selten so willkommen gefühlt. <Tolles Team!|Freu mich auf alles.>
Ausbildung bei {b}: Vier-Tage-Woche und eigenes Rad. Bester Arbeitgeber der Region!
Die Leute im {b}-Laden in {stadt} sind so herzlich und geduldig. Gerne wieder!
[praise privacy]
{b} speichert Fahrten nur noch auf dem Gerät. Endlich eine Firma, die Datenschutz ernst nimmt. Danke!
Datenauskunft bei {b} angefragt, zwei Tage später vollständig da. Mustergültig.
[praise parts]
Ersatzteil für mein sechs Jahre altes {b} war sofort auf Lager. Das nenne ich nachhaltig, klasse!
Trotz Lieferkrise hatte {b} alle {ersatz} da. Stark organisiert, danke!
[praise general]
Mein {b} und ich: Liebe auf den ersten Tritt.
<Einfach mal|Heute einfach mal> danke sagen an {b}. Ihr macht <jeden Morgen|meinen Arbeitsweg|mein Leben> besser!
Bestes Geschenk, das ich mir je gemacht habe: das {m} von {b}.
Ich will nie wieder ohne mein {b} sein, was für ein Glück.
{wer} hat jetzt auch ein {b}. Die ganze Familie ist Fan!
[wish app]
Was der {b}-App noch fehlt: <eine Tourenplanung mit Höhenprofil|ein Export als GPX|eine Ansicht fürs Querformat>.
Idee für {b}: <ein Blinker im Lenkergriff|eine Halterung für den Kindersitz|ein zweiter Akkuplatz> am {m}. Das \
würde passen.
Wäre gut, wenn {b} <eine Rekuperation bergab|einen leiseren Modus|Anhängererkennung> einbaut.
Ich wünsche mir von {b} ein <kompaktes Lastenrad|Faltrad|Modell für kleine Leute unter 1,55 m>. Wer noch?
Könntet ihr die Akkuanzeige in Kilometern statt Prozent machen, {b}?
Für das nächste {m} bitte <ein Rücklicht mit Bremslicht|einen USB-C-Anschluss am Lenker|Ösen für Gepäck>.
Vorschlag an {b}: <den Schlüssel durch das Handy ersetzen|die Sperre auch per Uhr bedienen|Sprachansagen auf \
Deutsch>.
Mir fehlt am {m} nur eins: <eine stufenlose Schaltung|ein Lenkerschloss|eine Klingel, die man hört>. {b}, baut \
das doch ein.
Ein offener Zugang zu den Fahrdaten wäre was, {b}. Dann könnte ich {weg} selbst auswerten.
[intent price]
Überlege, mir im {monat} ein {b} {m} zu holen. Wartet man besser auf das neue Modell?
Schwanke zwischen {b} {m} und einem gebrauchten. Budget liegt bei {preis}.
Wir suchen ein Rad für {wen}, das {m} von {b} steht auf der Liste.
Morgen Probefahrt mit dem {b} {m} in {stadt}. Danach wird entschieden.
Unser Betrieb will {menge} Räder leasen, {b} ist in der engeren Wahl.
{anrede} {b}, gibt es das {m} zum Saisonende günstiger? Ich würde dann bestellen.
[intent price +]
So, das {b} {m} ist bestellt! Ich freu mich wie ein kleines Kind.
Nach der Probefahrt {wann} ist klar: es wird ein {b}. Was für ein Spaß!
Spare auf das {m} von {b}, noch {betrag}, dann ist es endlich so weit. Vorfreude!
[ask general]
Fährt hier jemand das {b} {m} und kann was zur Reichweite sagen?
Weiß jemand, ob {b} in {stadt} eine Werkstatt hat?
Hat schon wer Erfahrung mit dem Leasing von {b}?
Welche Rahmenhöhe habt ihr beim {m} genommen? Bei {b} gibt es ja drei.
Passt ein normaler Kindersitz auf das {b} {m}?
Wer war schon mal im Laden von {b} in {stadt}? Lohnt sich der Weg?
[note general]
{wann} {weg}, {hm} Höhenmeter, mit dem {b}. Akku stand danach bei 41 Prozent.
Im Hof steht jetzt auch ein {b} {m}, in Grün. Gehört wohl {wem}.
Gesehen {wann} in {stadt}: {menge} Leute auf einem {b}, alle mit Helm.
{b} baut anscheinend einen neuen Laden in {stadt}, die Schaufenster sind noch zugeklebt.
Stand heute: {km} km auf dem {b}, nächste Inspektion im {monat}.
Die Räder im Firmenpool sind jetzt von {b}. Ich nehme ab {tag} eins mit.
Laut Aushang veranstaltet {b} am {tag} um {uhr} eine Tour ab {stadt}.
"""
