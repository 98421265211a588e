"""German slots: word lists that sentence frames draw from, each of one grammatical form."""

SLOTS = """
[zeit]
drei Tagen
fünf Tagen
einer Woche
zehn Tagen
zwei Wochen
drei Wochen
fast vier Wochen
einem Monat
über einem Monat
sechs Wochen
zwei Monaten
knapp acht Wochen
einem Vierteljahr
[dauer]
drei Tage
fünf Tage
eine Woche
zehn Tage
zwei Wochen
drei Wochen
knapp vier Wochen
einen Monat
sechs Wochen
acht Wochen
ein Vierteljahr
[monat]
Januar
Februar
März
April
Mai
Juni
August
September
Oktober
[tag]
Montag
Dienstag
Mittwoch
Donnerstag
Freitag
Samstag
[wann]
heute
heute früh
heute Morgen
gestern
gestern Abend
vorgestern
am {tag}
letzte Woche
am Wochenende
[km]
150
280
400
630
800
950
1.200
1.700
2.300
3.100
4.800
7.000
11.000
[betrag]
19 Euro
29 €
39 Euro
49 €
69 Euro
89 Euro
119 €
149 Euro
180 Euro
240 €
290 Euro
350 €
[preis]
1.799 Euro
2.199 €
2.450 Euro
2.699 €
2.899 Euro
3.199 Euro
3.490 €
3.999 Euro
4.290 €
[rabatt]
5 %
8 %
10 %
12 %
15 %
20 %
[stadt]
Freiburg
Kassel
Bremen
Leipzig
Graz
Linz
Bern
Erfurt
Münster
Augsburg
Rostock
Köln
Dresden
Tübingen
Basel
Oldenburg
Göttingen
Wien
Nürnberg
Kiel
[teilm]
Akku
Motor
Sattel
Seitenständer
Gepäckträger
Drehmomentsensor
Bordcomputer
Antriebsriemen
Rahmenlack
Lenkergriff
[teilf]
Vorderradbremse
Schaltung
Federgabel
Beleuchtung
Ladebuchse
Hinterradnabe
Kette
Scheibenbremse
Schiebehilfe
[ersatz]
Akkuschlüssel
Ladegeräte
Bremsbeläge in der Größe
Displays
Riemen
Schutzbleche
Kettenblätter
Ersatzspeichen
Sattelstützen
[weg]
zur Arbeit
zum Bahnhof
in die Uni
über den Pass
durch den Stadtwald
zum Einkaufen
auf den Hausberg
mit Anhänger in die Kita
am Fluss entlang
zu den Schwiegereltern
[wer]
meine Frau
mein Mann
meine Tochter
mein Vater
meine Nachbarin
mein Kollege
meine Mutter
ein Freund
meine Chefin
[anrede]
Hallo
Hallo zusammen
Hi
Moin
Servus
Guten Morgen
Grüezi
Hallo Team
[menge]
zwei
drei
vier
fünf
sechs
sieben
[viele]
20
25
30
40
60
80
120
[hm]
180
240
320
410
560
730
[wem]
meiner Frau
meinem Mann
meiner Tochter
meinem Vater
meiner Nachbarin
meinem Kollegen
meiner Mutter
einem Freund
meiner Chefin
[wen]
meine Frau
meinen Mann
meine Tochter
meinen Vater
meine Mutter
[uhr]
7 Uhr
halb neun
10 Uhr
kurz nach zwölf
15:30 Uhr
kurz vor 18 Uhr
20 Uhr
[nr]
48213
50117
51942
53308
55760
57031
58894
60225
[einstieg]
Mal ehrlich:
Kurzes Update:
Nur mal so:
Okay.
Fazit nach {zeit}:
Zwischenstand:
Muss ich loswerden:
Was soll ich sagen:
Hm.
Für alle, die fragen:
Leute!
[agent]
Jana
Mehmet
Svenja
Lukas
Ana
Piet
Carla
Tobias
[presse]
Radkurier
Morgenblatt
Stadtanzeiger
Wirtschaftsbote
Regionalfunk
Verbraucherradar
[jahr]
2026
2025
2026
"""
