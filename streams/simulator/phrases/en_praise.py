"""English praise, wishes and purchase intent."""

FRAMES = """
[praise quality]
{km} km on the {b} {m} and <it still feels new|not one fault|runs like day one>. <Love it.|Top quality!|Brilliant.>
The motor on the {m} pulls me {weg} like there's no hill. <I love it.|Pure joy.|Amazing!>
Rarely ridden a bike as <well built|quiet|nimble> as the {b}. Respect!
Crashed {wann} and the only thing hurt on the {b} is the bell. <Solid|Incredible|Impressive>!
Battery still at 96 percent after {km} km. That's how it's done, {b}. <Thank you!|Very happy.|Perfect.>
Took the {m} {weg}, sun out, no wind. <Life is good.|Still smiling.|What a lovely bike!>
{wer} wanted a quick go on my {b} and came back two hours later grinning. Fantastic thing!
[praise service]
Big shout-out to {b}: called {wann}, {teilm} replaced the next day. <For free!|Superb!|That's service.>
{agent} from {b} support was <so friendly|done in five minutes|incredibly patient>. Thank you!
Warranty case at {b}: sent a photo, got a replacement right away. <I feel taken seriously|Customer for life>. Great!
The {b} workshop in {stadt} is a dream. Kind, quick, fair.
Returning stuff to {b} was painless, money back in two days. Excellent!
Goodwill repair after three years, never expected that. Thanks {b}, you're wonderful.
[praise delivery]
Ordered on {tag}, the {m} was here two days later. <Wow|Amazing|Top marks>, {b}!
The {b} driver even carried the bike to the fourth floor. Thank you so much!
Delivered a week early by {b}. So happy.
On time at {uhr}, fully assembled, tyres pumped. Can't do better, {b}.
[praise packaging]
{b} now ships without any plastic, all cardboard and reusable. <Love that.|Exemplary!|Thumbs up.>
The box of the {m} is a work of art, unpacked in three minutes. Well done, {b}.
Lovingly packed with a handwritten card. Made my day, {b}!
[praise price]
You won't get this much bike for {preis} anywhere but {b}. Highly recommended!
Got {rabatt} loyalty discount from {b} out of the blue. Very fair, thanks!
Leasing the {m} through work for {betrag} a month. Best deal in years, {b}.
[praise campaign]
The {b} campaign with commuters from {stadt} is so charming, it made my day.
Finally an advert without macho nonsense. Great spot, {b}!
[praise origin]
{b} lists every supplier, even the lithium mine. Such transparency <deserves applause|is impressive>. Great!
Frames from recycled aluminium, welded nearby. That's why I love riding {b}.
Great to see {b} auditing its suppliers and being honest about it.
[praise app]
The new {b} app update is a dream: route, range, everything's there. <Great!|Thanks!|Finally!>
The theft lock on my {m} worked last night. {b}, I could kiss you!
The {b} app finds beautiful paths I'd never have discovered. Love it!
[praise jobs]
First day at {b} and I've rarely felt this welcome. <Great team!|So excited.>
Apprenticeship at {b}: four-day week and your own bike. Best employer around!
The people at the {b} store in {stadt} are so warm and patient. Will be back!
[praise privacy]
{b} keeps rides on the device only now. Finally a company that takes privacy seriously. Thanks!
Requested my data from {b}, got all of it two days later. Exemplary.
[praise parts]
Spare part for my six-year-old {b} was in stock right away. That's what I call sustainable, great!
Shortages everywhere, yet {b} had all the {ersatz}. Really well organised, thank you!
[praise general]
My {b} and me: love at first ride.
<Just want to say|I just have to say> thank you to {b}. You make <my mornings|my commute|my life> better!
Best present I ever gave myself: the {b} {m}.
Never want to be without my {b} again, so happy.
{wer} has a {b} now too. The whole family are fans!
[wish app]
What the {b} app still lacks: <route planning with elevation|GPX export|a landscape view>.
Idea for {b}: <indicators in the grips|a mount for a child seat|a second battery slot> on the {m}. It would fit.
Would be good if {b} added <regenerative braking|a quieter mode|trailer detection>.
I'd like {b} to build a <compact cargo bike|folding bike|frame for riders under 1.55 m>. Anyone else?
Could you show range in kilometres instead of percent, {b}?
For the next {m} please add <a brake light|a USB-C port on the bars|eyelets for bags>.
Suggestion for {b}: <let the phone replace the key|unlock by watch|spoken directions in English>.
Only thing missing on my {m}: <a stepless hub|a steering lock|a bell people hear>. {b}, please add it.
An open interface to the ride data would be something, {b}. I'd analyse my rides {weg}.
[intent price]
Thinking about getting a {b} {m} in {monat}. Or wait for the new model?
Torn between a {b} {m} and a used one. Budget is {preis}.
Looking for a bike for {wer}, the {b} {m} is on the list.
Test riding the {b} {m} in {stadt} tomorrow. Will decide after that.
Our company wants to lease {menge} bikes, {b} is on the shortlist.
{anrede} {b}, is the {m} cheaper at the end of the season? I'd order one then.
[intent price +]
So, the {b} {m} is ordered! Excited like a kid.
After the test ride {wann} it's settled: it'll be a {b}. So much fun!
Saving up for the {b} {m}, {betrag} to go. Can't wait!
[ask general]
Anyone here riding the {b} {m} who can comment on range?
Does anyone know whether {b} has a workshop in {stadt}?
Anybody got experience with leasing through {b}?
Which frame size did you pick for the {b} {m}? I'm 1.78 m.
Does a normal child seat fit the {b} {m}?
Has anyone been to the {b} store in {stadt}? Worth the trip?
[note general]
Rode the {b} {weg} {wann}, {hm} metres of climbing. Battery at 41 percent afterwards.
There's a {b} {m} in our yard now, a green one. Belongs to {wer}, I think.
Spotted in {stadt} {wann}: {menge} people on a {b}, all wearing helmets.
{b} seems to be opening a new store in {stadt}, windows still covered.
As of today: {km} km on the {b}, next service in {monat}.
The pool bikes at work are from {b} now. I'll take one on {tag}.
Notice board says {b} runs a group ride on {tag} at {uhr} from {stadt}.
"""
