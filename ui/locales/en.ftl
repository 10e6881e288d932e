# The window in English. Every key here has one in ko.ftl; a test compares them.

starting = Opening your ink…

# First start
welcome-what = Chat and draw with the people on your network. No account, no server.
welcome-name = What should the others call you?
welcome-placeholder = Your name
welcome-hint = You can change it later. It never leaves your network.
welcome-continue = Continue

# Something is in the way of starting
failed-not-started = Inkmesh could not start
failed-ended = Inkmesh has stopped
failed-retry = Try again
failed-quit = Quit
failed-advice-store = Its data folder can't be used. If another Inkmesh is open with it, close that one and try again.
failed-advice-newer = A newer version of Inkmesh wrote this data folder. Use that version, or choose another folder with --data-dir.
failed-advice-key-file = The file with your key can't be read or written. Check the folder's permissions, then try again.
failed-advice-key-damaged = The file with your key is damaged. Put a copy of it back, or move it away to start as somebody new.
failed-advice-history = The history on this computer is damaged. Move the folder away to start afresh; the others still have what they got.
failed-advice-network = The network could not be set up. Check that this computer is connected, then try again.
failed-advice-listen = The address that Inkmesh was started with can't be listened on; another program may use that port. Start it with another port, or without --listen: then it takes a free one.
failed-advice-address = One of the addresses that Inkmesh was started with is none.
failed-advice-ended = What was said and drawn until now is safe on this computer. Start again to go on.

# The state of the connection
status-looking = Nobody here yet: looking on this network…
status-nobody = Nobody yet. Is Inkmesh open on another computer here? Some Wi-Fi networks keep computers apart: connect by address.
status-nobody-short = Nobody yet. Is Inkmesh open on another computer here?
status-not-looking = Nobody here yet, and nobody is looked for on this network: connect by address.
status-blind = Can't look for people on this network ({ $reason }): connect by address.
status-saved = Saved. It will be delivered when somebody connects.
status-connected = { $people ->
    [one] 1 person connected
   *[other] { $people } people connected
}
status-elsewhere = { $people ->
    [one] Nobody else is in this room now. 1 person is connected in another.
   *[other] Nobody else is in this room now. { $people } people are connected in others.
}
status-catching-up = { $received } of { $all } older messages, from { $names }
names-two = { $first } and { $second }
names-more = { $count ->
    [one] { $first }, { $second } and 1 other
   *[other] { $first }, { $second } and { $count } others
}
status-storage = Can't write to the disk: { $reason }. Nothing can be said until there is room; Inkmesh tries again by itself.
status-connect = Connect by address

head-settings = Settings
head-help = Help (F1)

tab-sheet = Sheet
tab-chat = Chat
tab-people = Rooms

# Rooms and people
room-rooms = Rooms
room-people = People
room-add = + Enter a room
room-add-placeholder = Name of the room
room-leave = Leave this room
room-menu = Rooms and people
room-by-address = Connect by address…
room-opening = Opening the room…
person-you = you
person-online = connected
person-away = away
person-forked = signed two different histories: don't rely on it
person-away-since = away · last seen { $when }
person-muted = muted
person-blocked = blocked
person-details = About them

# The waiting room
waiting-title = Waiting room
waiting-loading = Looking for rooms…
waiting-own = Your rooms
waiting-nearby = Other rooms on this network
waiting-past = Rooms that you left
waiting-nobody-in = Nobody else is in it now
waiting-drew = { $name } drew something
waiting-game = Round { $round } of { $rounds }
waiting-game-gathers = A game begins
waiting-alone-title = Nobody else is here yet
waiting-alone = Start Inkmesh on another computer on this network, and both appear here by themselves. Some Wi-Fi networks keep computers apart: then connect by address.
waiting-no-rooms-title = No other rooms are open
waiting-no-rooms = Open one: the others see it here and can come in.
waiting-new = New room, or ticket
waiting-new-placeholder = Name, or inkmesh:…
waiting-new-open = Open
waiting-new-private = Private
waiting-new-hint = Everybody on this network can come into a new room; into a private one only those whom you invite.
waiting-people = People
waiting-no-people = Nobody has been here yet.

# Talk
chat-empty = Nothing has been said here yet.
chat-placeholder = Write here…
chat-placeholder-guess = Your guess…
chat-placeholder-whisper = Whisper…
chat-send = Send
chat-guess = Guess
chat-guess-waits = “{ $guess }”: waiting for the drawer's answer…
chat-close = Close!
chat-whisper = Only those who know the word can read this
chat-sealed = { $count ->
    [one] A line among those who know the word
   *[other] { $count } lines among those who know the word
}
chat-new = { $count } new
chat-to-end = To the newest
chat-unread = New
chat-late = { $number ->
    [one] { $count } message from { $name }, written { $when }, arrived now
   *[other] { $count } messages from { $name }, written { $when }, arrived now
}
chat-late-more = { $people ->
    [one] { $count } more from 1 other
   *[other] { $count } more from { $people } others
}
chat-late-show = Show
chat-late-seeking = Looking for them…
chat-late-dismiss = Dismiss
chat-was-late = arrived late
chat-held-back = The clock was ahead: others will see this { $when }.
chat-say-again = Say again
chat-said-again = said again
line-copy = Copy
line-open = Open { $host }…
line-unfold = Show all { $count } lines
line-fold = Show less
entry-named = { $name } is here
entry-pictured = { $name } has a new picture
entry-unknown = Written by a newer version of Inkmesh
entry-proposed = { $name } proposes to draw in turns
entry-proposed-quiz = { $name } proposes a drawing quiz
entry-ready = { $name } is ready
entry-started = The game starts
entry-cancelled = The game is called off: fewer than two were ready
entry-abandoned = The game is called off: nobody went on with it
entry-turn-began = { $name } draws
entry-turn-passed = { $name } is done
entry-turn-timeout = Time is up
entry-turn-all-solved = Everybody got it
entry-solved = { $name } got it
entry-solved-mine = You got it!
entry-skip = { $name } votes to skip the drawer
entry-left = { $name } leaves the game
entry-end = { $name } votes to end the game
entry-kick = { $name } votes to remove { $player }

at-today = today at { $time }
at-day = on { $day } at { $time }
day-short = { $day } { $month }
written-today = today
written-yesterday = yesterday
written-on = on { $day }
written-between = between { $from } and { $to }
about-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
about-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
about-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
about-years = { $count ->
    [one] 1 year
   *[other] { $count } years
}
day-today = Today
day-yesterday = Yesterday
day-date = { $weekday }, { $day } { $month }
day-date-year = { $day } { $month } { $year }
weekday-monday = Monday
weekday-tuesday = Tuesday
weekday-wednesday = Wednesday
weekday-thursday = Thursday
weekday-friday = Friday
weekday-saturday = Saturday
weekday-sunday = Sunday
month-january = January
month-february = February
month-march = March
month-april = April
month-may = May
month-june = June
month-july = July
month-august = August
month-september = September
month-october = October
month-november = November
month-december = December

# Drawing
tool-pen = Pen (B)
tool-eraser = Eraser (E)
tool-line = Line (L) · Shift: straight or slanted
tool-rectangle = Rectangle (R) · Shift: a square
tool-ellipse = Ellipse (O) · Shift: a circle
tool-fill = Fill (G)
tool-dropper = Take a colour from the sheet (I)
tool-width = Width { $number } ({ $number })
tool-width-wheel = Any width: turn the wheel over the sheet
tool-mix = Mix a colour
tool-mixed = Done
tool-more = Tools, widths and colours
tool-undo = Undo (Ctrl+Z)
tool-redo = Redo (Ctrl+Y)
tool-clear = Clear the sheet
tool-save = Save this drawing (Ctrl+S)
tools-of-the-drawer = On this sheet only the drawer draws. You can save it, and look closer with Ctrl and the wheel.
tools-of-nobody = Nobody can draw on this sheet now. You can save it.
clear-really = Take everything off this sheet, also what others drew? You can undo it.
clear-do = Clear
clear-keep = Keep it
zoom-whole = { $percent }% · Show all (0)
game-idle = Everybody may draw on this sheet
game-idle-closed = Nobody can draw on this sheet now
game-plan = Start a game…
game-rules = { $rounds ->
    [one] 1 round, { $seconds } seconds a turn
   *[other] { $rounds } rounds, { $seconds } seconds a turn
}
game-rules-quiz = { $offered ->
    [one] 1 word
   *[other] choice of { $offered } words
} · { $hints ->
    [0] no hints
    [one] 1 hint
   *[other] { $hints } hints
}
game-gathering = { $name } proposes to draw in turns
game-gathering-mine = You propose to draw in turns
game-gathering-quiz = { $name } proposes a drawing quiz
game-gathering-quiz-mine = You propose a drawing quiz
game-who = Who plays?
game-is-ready = ready
game-is-asked = not yet
game-waiting = It begins when everybody is ready, or when the time is up.
game-asked = Whoever is not ready in time can watch, and join from the next round.
game-full = All seats are taken. You can watch.
game-ready = I'm ready
game-begin = Begin now
game-choosing = { $name } draws next
game-choosing-mine = You draw next
game-choosing-word = { $name } is choosing a word
game-choose = Choose a word to draw
game-choose-how = Click on one, or press its number. Harder words give more points.
level-easy = easy
level-medium = medium
level-hard = hard
game-round = Round { $round } of { $rounds }
game-drawing = Round { $round } of { $rounds } · { $name } draws
game-drawing-mine = Round { $round } of { $rounds } · You draw
game-know = { $solved } of { $all } know it
game-hints = hint { $shown }/{ $hints }
game-you-know = You know the word
game-you-watch = You watch
game-you-were-removed = The others removed you from this game
game-you-solved = You got it!
game-only-drawer = Only { $name } can draw now. Everybody else watches.
game-you-may-draw = The others watch your pen.
game-pass = Done
game-pass-turn = Pass on this turn
game-skip = Vote to skip
game-voted = You voted to skip
game-remove = Vote to remove
game-voted-remove = You voted to remove
game-join = Join from the next round
game-revealed = { $name } is done
game-revealed-mine = You are done
game-skipped = { $name } was skipped
game-skipped-mine = You were skipped
game-no-answer = No answer from { $name }: the turn goes on
game-no-answer-mine = No answer from you in time: the turn goes on
game-gone = { $name } is offline: the game goes on
game-gone-mine = You were offline: the game went on
game-word-taken = You chose none in time, so your program took this word
game-leave = Leave the game
game-end = Vote to end the game
game-voted-end = You voted to end the game
game-word-was = The word was { $word }
game-no-word = The turn is over
game-lied = The program of { $name } broke the rules: no points for this drawing.
game-lied-last = In the last turn the drawer's program broke the rules: no points for that drawing.
game-told-nothing = The word was not told: nobody gets points for drawing it.
game-nobody-knew = Nobody got it.
game-this-turn = This turn
game-last-turn = Last turn
game-total = Total
game-soon-next = The next turn begins soon.
game-over = The game is over
game-won = { $name } wins!
game-you-won = You win!
game-two-won = { $first } and { $second } win!
game-many-won = { $count } people win!
game-nobody-won = Nobody scored a point
game-and-others = { $count ->
    [one] and 1 other
   *[other] and { $count } others
}
game-results = Results
game-rematch = Rematch
game-again = Propose it again
game-close = Close
game-cancelled = The game was called off: fewer than two were ready
game-abandoned = The game was called off: nobody went on with it
game-two-rosters = The game was called off: its proposer named two lists of players
game-too-few-left = The game is over: fewer than two players are left
game-ended = The game is over: more than half of the players wanted it
game-over-free = Everybody may draw again.
game-over-closed = This is its last drawing.

# A game waits for us, in another room or behind another window
call-choose = { $room }: choose a word to draw
call-draw = { $room }: it's your turn to draw
call-guess = { $room }: a turn has begun, guess the word
call-gather = { $room }: a game is about to begin. Do you play?
call-go = Go there (F6)
call-title-turn = your turn
call-title-guess = guess the word
call-title-gather = do you play?

# Starting a game
plan-title = Start a game
plan-quiz = Drawing quiz
plan-turns = Draw in turns
plan-quiz-what = One draws a word, the others guess it.
plan-turns-what = One draws after the other; no words, no points.
plan-presets = Rules as in
plan-rounds = Rounds
plan-seconds = Seconds a turn
plan-players = Players at most
plan-idle = Skip who is idle
plan-offered = Words to choose from
plan-hints = Letters as hints
plan-bounds = { $least } to { $most }
plan-idle-bounds = 5 to 240 s, 0: never
plan-close = Tell who guesses when a guess is close
plan-words = Words
plan-pack-en = English ({ $count })
plan-pack-ko = Korean ({ $count })
plan-own = Own words
plan-own-placeholder = One word a line
plan-own-count = { $count } words
plan-own-how = Write or paste words here, drop a text file on the window, or open one by its path. A line “# easy”, “# medium” or “# hard” says how hard the words after it are.
plan-path = /path/to/words.txt
plan-open = Open
plan-unreadable = The file can't be read: { $reason }
plan-number-wrong = A number is out of its bounds.
plan-no-words = Choose some words to play with.
plan-hint = Enter starts, Esc closes.
plan-cancel = Cancel
plan-start = Start
pack-too-large = That is more than { $most } KB of words.
pack-not-utf8 = Line { $line }: this is not text in UTF-8.
pack-word-empty = Line { $line }: a word needs letters or digits.
pack-word-long = Line { $line }: a word has at most { $most } characters.
pack-word-control = Line { $line }: there is an invisible character in it.
pack-twice = Line { $line }: this word is already on line { $first }.
pack-few = At least { $least } words are needed; here are { $count }.
pack-many = At most { $most } words can be used; here are { $count }.

# The gallery
gallery-open = Gallery
gallery-of = Gallery of { $room }
gallery-back = Back to the sheet
gallery-all = All drawings
gallery-reading = Looking for the drawings…
gallery-empty = No drawings yet. Everything that is drawn in this room, freely or in a game, will hang here.
gallery-again = Try again
gallery-older = { $count } older drawings…
gallery-free = Drawn together
gallery-turn = Drawn in a turn
gallery-and-more = { $names } and { $count } more
gallery-word = The word was { $word }
gallery-solved = { $count ->
    [0] nobody got it
    [one] 1 person got it
   *[other] { $count } people got it
}
gallery-save = Save as
gallery-strokes = { $done } of { $all }
gallery-start = To the blank sheet (Home)
gallery-step-back = One stroke back (←)
gallery-play = Draw it again (Space)
gallery-rest = Rest (Space)
gallery-step-on = One stroke on (→)
gallery-end = To the finished drawing (End)
gallery-speed = Speed

# Connecting by address
connect-title = Connect by address
connect-why = When people are not found by themselves, one address is enough: type that of another computer with Inkmesh, or give somebody yours.
connect-form = For example 192.168.0.7 or 192.168.0.7:47770
connect-dial = Connect
connect-own = Others reach this computer at
connect-no-address = This computer has no address that others could reach.
connect-copy = Copy

# Settings
settings-title = Settings
settings-name = Your name
settings-rename = Rename
settings-fingerprint = Your fingerprint is { $print }: it tells you apart from others with your name.
settings-language = Language
settings-appearance = Appearance
settings-system = As the system
settings-light = Light
settings-dark = Dark
settings-motion = Movement
settings-motion-on = On
settings-motion-off = Reduced

# Our picture
picture-title = Your picture
picture-change = Choose or draw your picture
picture-ours = Choose one: it appears in your colours
picture-own = Or draw your own
picture-undo = Undo
picture-clear = Clear
picture-use = Use this drawing
picture-full = No more ink fits on this small sheet.
picture-cat = A cat
picture-fox = A fox
picture-rabbit = A rabbit
picture-tiger = A tiger
picture-owl = An owl
picture-fish = A fish
picture-crane = A crane
picture-turtle = A turtle
picture-whale = A whale
picture-snail = A snail
picture-butterfly = A butterfly
picture-frog = A frog
picture-teapot = A teapot
picture-boat = A boat
picture-mountain = Mountains
picture-pine = A pine
picture-moon = The moon
picture-umbrella = An umbrella
picture-fan = A fan
picture-lantern = A lantern
picture-kite = A kite
picture-mushroom = A mushroom
picture-flower = A flower
picture-gourd = A gourd

# Help
link-title = Open this link?
link-host = It leads to
link-host-read = Written as { $host }: letters of another alphabet can look like others.
link-whole = The whole address
link-open = Open

help-title = Help
help-what = Everybody on your network who has Inkmesh open meets here. Talk on the right; draw in the middle, freely or in turns. What you missed comes by itself when somebody connects.
help-enter = send the line; write a line
help-lines = a new line in what is written
help-escape = leave the field, close what is open
help-tab = next field or button
help-copy = copy the line that was clicked; with Shift, all between two clicks
help-pens = pen, eraser
help-shapes = line, rectangle, ellipse; with Shift straight, square, round
help-colours = fill an area, take a colour from the sheet
help-widths = width of the pen, the wheel for any other; with words to choose from: that word
help-undo = undo, redo (also Ctrl+Shift+Z)
help-save = save this drawing as a picture
help-zoom = look closer (also Ctrl and the wheel), show all; Space and drag: move the sheet
help-play = in the gallery: draw it again, rest
help-strokes = in the gallery: one stroke back, one on; Home and End: the blank sheet, the finished drawing
help-ready = in a game, with nothing written: I'm ready, or join
help-go-on = in a game: begin now, end your turn, vote to skip the drawer
help-results = results of the game: show, close (also Esc)
help-again = rematch, propose the last game again
help-plan = start a game…
help-call = go to the room whose game waits for you
help-help = this help

# Notices
notice-dialling = Trying { $address }. Inkmesh keeps trying until it answers.
notice-not-kept = The settings could not be kept: { $reason }
warning-storage-recovered = The disk takes writes again.
warning-listen-failed = Can't be reached at { $address }: { $reason }
warning-own-address = { $address } is this program itself. Give the address of another computer.
warning-unreachable = Somebody is on this network, but neither of the two computers can connect to the other ({ $reason }). A firewall may be in the way: allow Inkmesh in it, on one of the two at least. Inkmesh keeps trying.
warning-discovery-recovered = Inkmesh looks for people on this network now.
warning-dial-failed = Can't connect to { $address }: { $reason }. Inkmesh keeps trying.
notice-saved = Saved: { $path }
notice-link-not-opened = The link can't be opened: { $reason }
notice-not-saved = The drawing could not be saved: { $reason }
notice-skipped = The others skipped { $name }.
notice-skipped-mine = The others skipped you: more than half of them voted for it.
notice-removed = The others removed { $name } from the game.
notice-removed-mine = The others removed you from the game. You can watch it.
notice-late-lost = Those messages stand too far back: scroll up to them.
warning-fork = { $name } signed two different histories. Both are kept; don't rely on who said what when. Their folder may be in use on two computers.
warning-clock-agrees = This computer's clock agrees with the others again.
warning-rooms-left-out = You were in more than { $most } rooms, so { $rooms } were left out. They stay remembered: leave others, and they come back at the next start.
warning-parked = A message from { $name } is dated in the future. It waits until its time comes.

# What stays in view
banner-clock-ahead = This computer's clock is { $time } ahead of the others; set it right. Your messages go by the room's time.
banner-clock-behind = This computer's clock is { $time } behind the others; set it right. Your messages go by the room's time.
banner-clock-more = This computer's clock is { $time } ahead of another one. One of them is wrong: set that one right. Messages stay in the order in which they were said.
banner-clock-less = This computer's clock is { $time } behind another one. One of them is wrong: set that one right. Messages stay in the order in which they were said.
banner-clock-far = This computer's clock and those of others are { $time } apart. That is too much: messages wait until the wrong clock is set right.
banner-own-fork = Another copy of your data folder writes under your name: a restored backup, or a second computer. Nothing is lost; use each folder on one computer only.
banner-quarantined = The saved history was damaged. All of it was moved to { $folder }; what could be read is here, and what the others have comes back from them.
banner-new-key = The file with your key is gone, so others see you as somebody new. To be yourself again, close Inkmesh, put a copy of identity.key back into the data folder, and start anew.
banner-key-exposed = Other users of this computer could read the file with your key. Now only you can; if somebody may have copied it, move it away and start as somebody new.
banner-tail-lost = The end of the saved history was lost. What the others have comes back from them.

# The command line: inkmesh store
store-holds = { $number ->
    [one] { $records } entries in { $chains } log, { $size }
   *[other] { $records } entries in { $chains } logs, { $size }
}
store-room = room { $hash }
store-sound = Everything that was saved can be read.
store-unreadable = The history can't be opened: { $reason }.
store-holes = { $count ->
    [one] 1 log can't be read to its end.
   *[other] { $count } logs can't be read to their ends.
}
store-lost = Something that was saved is gone.
store-what-now = Start Inkmesh: it sets the damaged history aside without deleting anything, keeps what can be read, and gets from the others what they have.
store-compacted = { $before } before, { $after } now. Nothing was lost.
store-size = On the disk: { $size }, of which { $checkpoints } make starting faster.
store-set-aside = Set aside because it was damaged: { $folder } ({ $size }). It may be deleted.

# What was said and drawn, read back on the command line
archive-in-use = Inkmesh is open with the folder { $folder }. Close it first, then try again.
archive-newer = A newer version of Inkmesh wrote the history in { $folder }. Use that version.
archive-no-room = Nothing of a room “{ $room }” is saved in { $folder }. `inkmesh archive rooms` lists the rooms.
archive-no-data-dir = This system names no folder for your data. Choose one with --data-dir.
archive-no-history = Nothing is saved in { $folder }.
archive-not-allowed = You may not read { $folder }.
archive-copy-full = There is not enough space in the folder for temporary files to read the history. Free some, then try again.
archive-damaged = The saved history in { $folder } is damaged ({ $detail }).
archive-unreadable = The saved history can't be read: { $reason }.
archive-file-not-allowed = You may not write { $path }. Choose another folder.
archive-file-no-folder = There is no folder for { $path }, and none can be made.
archive-file-full = There is not enough space for { $path }. Free some, then try again.
archive-file-in-the-way = Something is in the way of { $path }. Choose another folder.
archive-file-failed = { $path } can't be written: { $reason }.
archive-output-full = There is not enough space for what was read. Free some, then try again.
archive-output-failed = What was read can't be written: { $reason }.
archive-empty = Nothing is saved here.
archive-room = { $count ->
    [one] 1 entry
   *[other] { $entries } entries
} by { $people ->
    [one] 1 person
   *[other] { $people } people
}, from { $from } to { $to }
archive-nothing-found = Nothing was found.
archive-no-drawings = Nothing was drawn in this room.
archive-day = { $weekday }, { $day } { $month } { $year }
archive-guess = guess
archive-whisper = to those who know the word
archive-sealed = (can only be read by those who knew the word)
archive-drew = { $name } drew
archive-by = Drawn by { $names }
archive-turn = Turn { $turn }, drawn by { $names }
archive-word = the word was “{ $word }”
archive-solved = solved by { $names }
archive-nobody-solved = nobody solved it
archive-marks = { $count ->
    [one] 1 mark
   *[other] { $count } marks
}
archive-exported = { $written ->
    [one] 1 drawing was written.
   *[other] { $written } drawings were written.
} { $there ->
    [0] {""}
    [one] 1 was there already.
   *[other] { $there } were there already.
}

# Everybody whom one has met
contacts-open = Everybody you met
contacts-title = People
contacts-back = Back to the room
contacts-back-waiting = Back to the waiting room
contacts-all = All people
contacts-search = Name or fingerprint
contacts-nobody = You have met nobody yet. Everybody with whom you were connected once is kept here.
contacts-not-found = Nobody like that.
contacts-more = { $count } more…
contacts-choose = Choose somebody in the list.
contacts-not-met = never met
contacts-never = never
contacts-now = now
contacts-yourself = your own
contacts-looks-like = This name looks like { $name }, but it is somebody else.
contacts-looked-like = { $name } has a name that looks the same, and is somebody else.
contacts-friend = Friend
contacts-friend-means = Never forgotten, and called at every start.
contacts-mute = Mute
contacts-muted = Muted
contacts-mute-means = You don't see what they say, and they are not told.
contacts-block = Block
contacts-blocked = Blocked
contacts-block-means = Nothing of theirs is taken any more: neither lines nor drawings, and they count in no game here. They are not told.
contacts-nickname = Your name for them, which only you see
contacts-nickname-none = none
contacts-nickname-set = Set
contacts-fingerprint = Fingerprint
contacts-first-seen = First met
contacts-last-seen = Last met
contacts-addresses = Addresses
contacts-no-address = None is known.
contacts-verification = Is it really them?
contacts-verification-how = Meet or call each other. Each reads their own number aloud, and the other enters it here.
contacts-own-number = Your number, for you to read aloud
contacts-their-number = Their number
contacts-verify = Compare
contacts-verified = You have compared the numbers: it is really them.
contacts-right-number = The number is right: it is really them.
contacts-no-number = A number has 16 digits.

# The people whom one has met, on the command line
people-nobody = You have met nobody yet.
people-nameless = no name
people-friend = friend
people-verified = verified
people-muted = muted
people-blocked = blocked
people-look-alike = the name looks like somebody else's
people-last-seen = last seen { $when }
people-never-met = never met

# Why something was not done
error-name-empty = A name can't be empty.
error-name-invisible = A name needs a character that can be seen.
error-name-long = A name has at most { $max } characters.
error-not-in-room = You are not in the room { $room }.
error-link-local = Addresses that begin with fe80 can't be called. Give the computer's name or another address of it.
error-address = “{ $address }” is no address. One looks like 192.168.0.7 or 192.168.0.7:47770.
error-text-blank = There is nothing to see in this message.
error-text-long = That is too long to say at once: { $len } of { $max } bytes.
error-bad-stroke = That stroke can't be drawn.
error-nothing-to-undo = There is nothing of yours to undo.
error-nothing-to-redo = There is nothing to put back.
error-sheet-full = This sheet is full.
error-bad-rules = These rules are out of bounds.
error-bad-words = A quiz has { $least } to { $most } words.
error-no-such-word = That word is not on offer any more.
error-drawer-unreachable = The drawer can't be reached, so nobody saw your guess. Try again.
error-too-fast = Not so fast: one guess a second.
error-guesses-waiting = Your last guesses still wait for the drawer's answer. Wait a moment.
error-unsaid = The drawer's program doesn't have your last guesses yet, so it didn't answer this one. Try again in a moment.
error-already-solved = You know the word already.
error-no-guesses-left = You have no guesses left in this turn.
error-too-late = Too late: no more guesses are taken in this turn.
error-guess-refused = The drawer's program refused your guess.
error-false-answer = The drawer's program gave a false answer. Nobody saw your guess.
error-sealed = You know the word, but this program was restarted since. You can talk again when the turn is over.
error-not-the-drawer = Only the drawer can do that now.
error-not-a-player = Only players of the game can do that, and only to other players.
error-not-the-proposer = Only who proposed the game can do that.
error-already-done = You did that already.
error-own-turn = It is your own turn. “Done” ends it.
error-game-full = The game is full.
error-removed = The others removed you from this game.
error-too-few-ready = A game needs two players who are ready.
error-wrong-phase = The game is not at that point now.
error-game-running = A game is already running in this room.
error-unknown-entry = That line is not in this room's history any more.
error-not-saved = Not saved and not sent, the disk refused it: { $reason }
error-unreadable = The history on the disk can't be read: { $reason }
error-too-many-rooms = You are in { $most } rooms, and can't be in more. Leave one first.
error-room-full = This room is full: it can hold nothing more of yours. Talk in another room.
error-busy = Too much at once: wait a moment until everything is saved.
error-closed = Inkmesh has stopped and can't do that.
error-oneself = This is you.
error-not-a-member = This room is private. Ask somebody in it for a ticket.
restore-passphrase = Passphrase of the backup:
restore-done = Restored into { $folder }. You are { $fingerprint } again.
restore-wrong-passphrase = This is not the passphrase of the backup.
restore-damaged = This backup is torn or damaged. Use another copy.
restore-newer = This backup is of a newer version of the program. Update this one.
restore-no-backup = This is not a backup of Inkmesh.
restore-used = Somebody lives in { $folder } already. Name another folder with --data-dir.
head-invite = Invite people
contacts-talk = Talk alone
contacts-talk-means = Opens a private room of the two of you.
invite-title = Invite people
invite-whom = Who is not in this room yet. Those who are away get the invitation when they meet you.
invite-nobody = Everybody whom you know is here.
invite-send = { $count ->
    [0] Choose people
    [one] Invite one person
   *[other] Invite { $count } people
}
invite-ticket = A ticket for others
invite-ticket-public = Whoever opens it enters this room and finds you, also where they would not find you by themselves. It is valid for a week.
invite-ticket-private = Whoever opens it can enter this room and read everything in it. Give it only to people who may. It is valid for a week.
invited-words = { $name } invites you to { $room }
invited-verified = You have verified that it is they.
invited-unverified = Not verified: anybody can take this name.
invited-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
invited-accept = Enter
invited-decline = Decline
notice-invited = { $count ->
    [one] One person was invited.
   *[other] { $count } people were invited.
}
notice-accepted = { $name } comes to { $room }.
notice-declined = { $name } does not come to { $room }.
error-short-passphrase = A passphrase has at least 8 characters.
error-no-backup = There is too much for a backup.
error-file-exists = { $path } is there already and is not a backup. Name another file.
error-unknown-invitation = This invitation is not there any more. It was answered, or it has expired.
error-too-many-invitations = So many of your invitations wait for an answer that there is no room for more.
error-bad-ticket = This is not a ticket, or not all of it. Copy it once more, from “inkmesh:” to its end.
error-ticket-expired = This ticket has expired. Ask for a new one.
error-ticket-newer = This ticket is of a newer version of the program. Update this one.
error-too-many-people = So many people are marked that no more can be kept. Unmark some.
error-not-verified = This is not the number of this person's key. Make sure that you heard it right. If you did, they are somebody else.
