"""German complaints: negative customer posts, a section a topic."""

FRAMES = """
[complaint quality]
Nach {km} km ist an meinem {b} {m} <schon|bereits|jetzt> der {teilm} kaputt. <Das darf nicht sein.|Ein \
Witz.|Richtig ärgerlich.>
Der {teilm} am {m} wackelt seit {zeit}, <das nervt gewaltig|das fühlt sich unsicher an|so macht das keinen Spaß>.
Die {teilf} an meinem {b} quietscht so laut, dass sich alle umdrehen. <Peinlich|Schrecklich|Unmöglich> für {preis}.
{wann} mitten auf der Kreuzung: Motor aus, nichts geht mehr. So ein Schreck, {b}!
Wieder <Fehler|Fehlercode> {nr} im Display, wieder schieben. Ich bin so <genervt|sauer|frustriert> von diesem {b}.
Der Akku hält nach {zeit} keine 30 km mehr. Versprochen waren 110. Das ist doch <Betrug|Verarsche|unseriös>, {b}.
Lack blättert ab, {teilf} schleift, Griffe lösen sich auf. So eine <miese|schlechte|traurige> Qualität, {b}.
Zweite Panne in {zeit}: die {teilf} ist hinüber. Mein {b} steht mehr, als dass es fährt.
Schrauben am {teilm} waren ab Werk nicht festgezogen. Wer kontrolliert das bei {b}? <Offenbar \
niemand.|Gefährlich!|Unglaublich.>
{wer} hat sich auch ein {b} gekauft, nach {dauer} ist der {teilm} defekt. Zufall? Wohl kaum.
Wasser im Display nach einem Regenschauer. Ein Fahrrad, das keinen Regen verträgt. <Bravo|Glückwunsch>, {b}.
Das {m} klappert, knarzt und zieht nach links. Ich bereue den Kauf <jeden Tag|total|inzwischen>.
[complaint service]
Seit {zeit} liegt mein {b} in der Werkstatt, und niemand kann mir sagen, was los ist. \
<Frechheit|Unterirdisch|Katastrophe>!
{menge} Mal angerufen, {menge} Mal aus der Leitung geflogen. Der Kundendienst von {b} ist <ein Witz|eine \
Zumutung|nicht existent>.
Garantie abgelehnt wegen <angeblicher Gewaltanwendung|fehlender Inspektion|eines Kratzers>. <Schämt euch|Nie \
wieder|Unfassbar>, {b}.
Auf meine Mail vom {tag} antwortet bei {b} kein Mensch. Geld nehmen könnt ihr, helfen nicht.
Warte seit {zeit} auf die Rückerstattung von {betrag}. <So geht man nicht mit Kunden um.|Langsam reicht's.|Das \
ist unverschämt.>
45 Minuten Warteschleife, dann aufgelegt. <Danke für nichts|Ganz toll|Super gemacht>, {b}.
Der Chatbot von {b} versteht gar nichts und einen Menschen erreicht man nicht. Furchtbar.
Meine Rücksendung ist laut {b} nie angekommen, den Beleg hab ich hier. Jetzt soll ich beweisen, dass ich nicht \
lüge?!
Drei Mitarbeiter, drei Auskünfte, keine Lösung. Der Service bei {b} ist <grottenschlecht|enttäuschend|miserabel>.
Reparatur für {betrag}, und der Fehler ist nach zwei Tagen wieder da. Ich bin stinksauer.
[complaint delivery]
Lieferung von {b} schon wieder um {dauer} verschoben. <Ich hab extra Urlaub genommen!|Jetzt reicht es mir.|So \
ein Saftladen.>
Bestellt im {monat}, versprochen in zwei Wochen, bis heute nichts da. <Armselig|Ganz schwach|Traurig>, {b}.
Die Spedition lädt mein {b} einfach bei Regen vor dem Haus ab. Geht's noch?
Sendungsverfolgung steht seit {zeit} auf 'in Vorbereitung'. {b} schweigt. <Nervt|Ätzend|Sauerei>.
Falsche Farbe, falsche Größe, {dauer} gewartet. Wie kann man eine Bestellung so verhauen, {b}?
Heute sollte das {m} kommen, <wieder|natürlich> kam nix. Den ganzen Tag umsonst zu Hause gesessen.
Lieferung nach {stadt} angeblich unmöglich, bezahlt habe ich trotzdem schon. Wo ist mein Geld, {b}?
[complaint packaging]
Karton völlig aufgeweicht, Rahmen zerkratzt. Wer verpackt so ein Rad für {preis}? Schlimm, {b}.
So viel Styropor für ein Fahrrad! {b} wirbt mit Nachhaltigkeit und schickt einen Berg Müll. Heuchelei.
Das {m} kam ohne Polsterung an, der {teilm} ist verbogen. <Ich fass es nicht.|Schlamperei.|Richtig mies.>
Im Paket von {b} fehlten Pedale und Werkzeug, dafür drei Lagen Plastik. Ärgerlich.
Verpackung kaputt, {teilf} kaputt, Laune kaputt. Danke, {b}.
[complaint price]
{b} erhöht schon wieder die Preise, jetzt {preis} fürs {m}. <Abzocke|Völlig überzogen|Frech>.
Eine Woche nach meinem Kauf kostet das {m} {betrag} weniger. Fühle mich verarscht, {b}.
{betrag} für ein simples Ersatzteil? {b} hat den Bezug zur Realität verloren.
Das Abo für die Navigation in der App kostet jetzt extra. Bei einem Rad für {preis}! Unverschämt, {b}.
Rabattcode über {rabatt} wird im Shop von {b} nie angenommen. Lockangebot, mehr nicht.
Die Inspektion bei {b} kostet {betrag} und dauert zehn Minuten. Wucher.
[complaint campaign]
Die neue Werbung von {b} ist so <peinlich|daneben|sexistisch>, wer hat das bitte freigegeben?
Jeden Tag {menge} Newsletter von {b}, trotz Abmeldung. Das ist Belästigung.
Gewinnspiel bei {b} gewonnen, Preis nie bekommen. Dreist.
'Unkaputtbar' steht auf dem Plakat von {b}. Meins war nach {zeit} kaputt. Lügner.
[complaint origin]
{b} wirbt mit 'made in Europe', auf meinem {teilm} klebt ein ganz anderes Herkunftsland. Das ist Täuschung.
Woher das Lithium kommt, will {b} nicht sagen. Wer so schweigt, hat etwas zu verbergen. Enttäuschend.
Kinderarbeit in der Zulieferkette und {b} redet von 'Einzelfällen'. Widerlich.
Klimaneutral laut Werbung, aber die Rahmen kommen per Luftfracht. Greenwashing pur, {b}.
Billiges Aluminium, dubiose Lieferanten, aber ein grünes Blatt im Logo. Schäm dich, {b}.
[complaint app]
Seit dem Update {wann} verbindet sich die App von {b} nicht mehr mit dem Rad. <Unbrauchbar|Totaler \
Murks|Katastrophe>.
Die App von {b} stürzt bei jeder Tour ab, {km} km Aufzeichnung weg. Ich könnte heulen.
Wer hat diese neue Oberfläche entworfen? Man findet in der {b}-App gar nichts mehr. Schlimm.
Firmware-Update hat mein {m} lahmgelegt. Ich stehe in {stadt} und komme nicht heim. Danke, {b}!
Akkuanzeige springt von 60 auf 5 Prozent. Die Software von {b} ist <Schrott|eine Frechheit|unausgereift>.
Ohne Internet lässt sich mein {b} nicht mal entsperren. Was für ein Blödsinn.
[complaint jobs]
Vorstellungsgespräch bei {b}, seit {zeit} keine Rückmeldung. Respektlos.
Ein Bekannter arbeitet im Werk von {b}: Überstunden ohne Ende, Urlaub gestrichen. Schlimmer Arbeitgeber.
Der Verkäufer im {b}-Laden in {stadt} hat uns behandelt wie Luft. Arrogant und unfreundlich.
{b} entlässt {viele} Leute per Videokonferenz. Wie mies kann man sein?
Betriebsrat verhindert, Leiharbeit bis zum Umfallen. So sieht es bei {b} wirklich aus. Schande.
[complaint privacy]
Die {b}-App will meine Kontakte, mein Mikrofon und meinen Standort. Fürs Fahrradfahren. Gruselig!
Ich habe bei {b} Auskunft über meine Daten verlangt, seit {zeit} keine Antwort. Das ist rechtswidrig.
Mein Fahrtverlauf ist für alle öffentlich, ohne dass ich zugestimmt habe. Übel, {b}.
Kaum bei {b} bestellt, schon Spam an genau diese Adresse. Ihr verkauft also unsere Daten? Empörend.
Konto löschen geht bei {b} nur per Brief. <Absurd|Lächerlich|Schikane>.
[complaint parts]
{ersatz} für das {m} sind <nirgends|bei keinem Händler> lieferbar, seit {zeit}. Mein Rad steht nutzlos im \
Keller, {b}.
Produktionsstopp, weil ein Zulieferer ausfällt, und wir Kunden erfahren es aus der Presse. Schwach, {b}.
Mein Händler in {stadt} wartet seit {zeit} auf {ersatz} von {b}. Eine Zumutung.
Angeblich fehlen {b} die Chips für den Bordcomputer. Das erzählen die seit {dauer}. Ich glaub denen nichts mehr.
Ersatzteil erst im nächsten Frühjahr?! Ein Rad für {preis} als Deko. Bitter, {b}.
"""
