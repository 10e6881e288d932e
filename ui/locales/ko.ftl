# 한국어 창. 여기의 모든 키는 en.ftl에도 있으며, 테스트가 둘을 비교합니다.

starting = 잉크를 꺼내는 중…

# 첫 시작
welcome-what = 같은 네트워크에 있는 사람들과 이야기하고 그림을 그려요. 계정도, 서버도 없습니다.
welcome-name = 다른 사람들이 뭐라고 부르면 될까요?
welcome-placeholder = 이름
welcome-hint = 나중에 바꿀 수 있어요. 이 네트워크 밖으로 나가지 않습니다.
welcome-continue = 계속

# 시작할 수 없을 때
failed-not-started = Inkmesh를 시작할 수 없습니다
failed-ended = Inkmesh가 멈췄습니다
failed-retry = 다시 시도
failed-quit = 끝내기
failed-advice-store = 데이터 폴더를 쓸 수 없습니다. 다른 Inkmesh가 이 폴더를 쓰고 있다면 그 창을 닫고 다시 시도하세요.
failed-advice-key-file = 열쇠 파일을 읽거나 쓸 수 없습니다. 폴더의 권한을 확인하고 다시 시도하세요.
failed-advice-key-damaged = 열쇠 파일이 손상되었습니다. 사본을 되돌려 놓거나, 파일을 옮겨 두고 새 사람으로 시작하세요.
failed-advice-history = 이 컴퓨터에 있는 기록이 손상되었습니다. 폴더를 옮겨 두면 새로 시작할 수 있고, 다른 사람들이 받은 것은 그대로 있습니다.
failed-advice-network = 네트워크를 준비할 수 없습니다. 컴퓨터가 연결되어 있는지 확인하고 다시 시도하세요.
failed-advice-address = Inkmesh를 시작할 때 준 주소 가운데 주소가 아닌 것이 있습니다.
failed-advice-ended = 지금까지 말하고 그린 것은 이 컴퓨터에 안전하게 있습니다. 계속하려면 다시 시작하세요.

# 연결 상태
status-looking = 아직 아무도 없습니다. 이 네트워크에서 사람을 찾는 중…
status-nobody = 아직 아무도 없습니다. 다른 컴퓨터에도 Inkmesh가 열려 있나요? 컴퓨터끼리 못 만나게 막는 와이파이도 있습니다. 주소로 연결해 보세요.
status-not-looking = 아직 아무도 없고, 이 네트워크에서 사람을 찾지 않습니다. 주소로 연결하세요.
status-blind = 이 네트워크에서 사람을 찾을 수 없습니다({ $reason }). 주소로 연결하세요.
status-saved = 저장했습니다. 누군가 연결되면 전해집니다.
status-connected = { $people }명 연결됨
status-elsewhere = 지금 이 방에는 다른 사람이 없습니다. 다른 방에 { $people }명이 연결되어 있습니다.
status-catching-up = 지난 메시지 { $all }개 중 { $received }개 받음 · 보내는 사람: { $names }
names-two = { $first }, { $second }
names-more = { $first }, { $second } 외 { $count }명
status-storage = 디스크에 쓸 수 없습니다: { $reason }. 자리가 날 때까지 아무 말도 할 수 없고, Inkmesh가 알아서 다시 시도합니다.
status-connect = 주소로 연결

head-settings = 설정
head-help = 도움말 (F1)

tab-sheet = 그림
tab-chat = 대화
tab-people = 방

# 방과 사람들
room-rooms = 방
room-people = 사람들
room-add = + 방에 들어가기
room-add-placeholder = 방 이름
room-leave = 이 방에서 나가기
room-menu = 방과 사람들
room-by-address = 주소로 연결…
room-opening = 방을 여는 중…
person-you = 나
person-online = 연결됨
person-away = 자리에 없음
person-forked = 서로 다른 두 기록에 서명함: 믿지 마세요
person-away-since = 자리에 없음 · 마지막 { $when }

# 대화
chat-empty = 아직 아무 말도 없습니다.
chat-placeholder = #{ $room }에 쓰기
chat-send = 보내기
chat-new = 새 메시지 { $count }개
chat-to-end = 최신으로
chat-unread = 여기부터 새 메시지
chat-late = { $number ->
   *[other] { $name } 님이 { $when } 쓴 메시지 { $count }개가 지금 도착했습니다
}
chat-late-more = 그 밖에 { $people }명이 쓴 메시지 { $count }개
chat-late-show = 보기
chat-late-seeking = 찾는 중…
chat-late-dismiss = 닫기
chat-held-back = 시계가 빨랐습니다. 다른 사람들은 { $when }에 봅니다.
chat-say-again = 다시 말하기
chat-said-again = 다시 말했습니다
chat-was-late = 늦게 도착
entry-named = { $name } 님이 왔습니다
entry-unknown = 더 새로운 Inkmesh가 쓴 것입니다
entry-proposed = { $name } 님이 돌아가며 그리자고 합니다: { $rounds }라운드, 차례마다 { $seconds }초
entry-ready = { $name } 님이 준비되었습니다
entry-started = 게임을 시작합니다
entry-cancelled = 게임이 취소되었습니다: 준비된 사람이 두 명이 안 됩니다
entry-abandoned = 게임이 취소되었습니다: 이어서 하는 사람이 없습니다
entry-turn-began = { $name } 님이 그립니다
entry-turn-passed = { $name } 님이 다 그렸습니다
entry-turn-timeout = { $name } 님의 시간이 끝났습니다
entry-skip = { $name } 님이 건너뛰기에 투표했습니다
entry-kick = { $name } 님이 { $player } 님을 내보내는 데 투표했습니다

at-today = 오늘 { $time }
at-day = { $day } { $time }
day-short = { $month } { $day }일
written-today = 오늘
written-yesterday = 어제
written-on = { $day }에
written-between = { $from }과 { $to } 사이에
about-minutes = { $count }분
about-hours = { $count }시간
about-days = { $count }일
about-years = { $count }년
day-today = 오늘
day-yesterday = 어제
day-date = { $month } { $day }일 { $weekday }
day-date-year = { $year }년 { $month } { $day }일
weekday-monday = 월요일
weekday-tuesday = 화요일
weekday-wednesday = 수요일
weekday-thursday = 목요일
weekday-friday = 금요일
weekday-saturday = 토요일
weekday-sunday = 일요일
month-january = 1월
month-february = 2월
month-march = 3월
month-april = 4월
month-may = 5월
month-june = 6월
month-july = 7월
month-august = 8월
month-september = 9월
month-october = 10월
month-november = 11월
month-december = 12월

# 그리기
tool-pen = 펜 (B)
tool-eraser = 지우개 (E)
tool-width = 굵기 { $number }
game-idle = 누구나 이 종이에 그릴 수 있습니다
game-idle-closed = 지금은 이 종이에 그릴 수 없습니다
game-plan = 돌아가며 그리기…
game-rounds = 라운드
game-seconds = 차례당 초
game-propose = 제안하기
game-forget = 취소
game-gathering = { $name } 님이 돌아가며 그리자고 합니다: { $rounds }라운드, 차례마다 { $seconds }초
game-gathering-mine = 돌아가며 그리자고 제안했습니다: { $rounds }라운드, 차례마다 { $seconds }초
game-ready-are = 준비된 사람: { $names }
game-ready = 준비됐어요
game-begin = 지금 시작
game-choosing = 다음은 { $name } 님이 그립니다
game-choosing-mine = 다음은 내 차례입니다
game-drawing = { $rounds }라운드 중 { $round }라운드 · { $name } 님이 그립니다
game-drawing-mine = { $rounds }라운드 중 { $round }라운드 · 내가 그립니다
game-only-drawer = 지금은 { $name } 님만 그릴 수 있습니다. 다른 사람들은 지켜봅니다.
game-you-may-draw = 다른 사람들이 내 펜을 보고 있습니다.
game-pass = 다 그렸어요
game-skip = 건너뛰기 투표
game-voted = 건너뛰기에 투표함
game-join = 다음 라운드부터 참가
game-revealed = { $name } 님이 다 그렸습니다
game-revealed-mine = 내 차례가 끝났습니다
game-soon-next = 곧 다음 차례가 시작됩니다.
game-over = 게임이 끝났습니다
game-cancelled = 게임이 취소되었습니다: 준비된 사람이 두 명이 안 됩니다
game-abandoned = 게임이 취소되었습니다: 이어서 하는 사람이 없습니다
game-two-rosters = 게임이 취소되었습니다: 제안한 사람이 참가자 명단을 두 번 냈습니다
game-over-free = 다시 누구나 그릴 수 있습니다.
game-over-closed = 마지막 그림입니다.

# 주소로 연결
connect-title = 주소로 연결
connect-why = 사람들을 저절로 찾지 못할 때는 주소 하나면 됩니다. Inkmesh가 열려 있는 다른 컴퓨터의 주소를 쓰거나, 내 주소를 알려 주세요.
connect-form = 예: 192.168.0.7 또는 192.168.0.7:47770
connect-dial = 연결
connect-own = 다른 사람들은 이 주소로 이 컴퓨터에 연결합니다
connect-no-address = 다른 사람들이 연결할 수 있는 주소가 이 컴퓨터에 없습니다.
connect-copy = 복사

# 설정
settings-title = 설정
settings-name = 내 이름
settings-rename = 이름 바꾸기
settings-fingerprint = 내 지문은 { $print }입니다. 이름이 같은 사람과 구별해 줍니다.
settings-language = 언어
settings-appearance = 모양
settings-system = 시스템과 같게
settings-light = 밝게
settings-dark = 어둡게

# 도움말
help-title = 도움말
help-what = 같은 네트워크에서 Inkmesh를 연 사람은 모두 여기서 만납니다. 오른쪽에서 이야기하고, 가운데에서 자유롭게 또는 돌아가며 그려요. 놓친 것은 누군가 연결되면 저절로 옵니다.
help-enter = 한 줄 보내기, 한 줄 쓰기
help-escape = 입력란에서 나가기, 열린 것 닫기
help-tab = 다음 입력란
help-pen = 펜
help-eraser = 지우개
help-widths = 펜 굵기
help-help = 이 도움말

# 알림
notice-dialling = { $address }에 연결하는 중입니다. 대답할 때까지 계속 시도합니다.
notice-not-kept = 설정을 저장할 수 없습니다: { $reason }
warning-storage-recovered = 다시 디스크에 쓸 수 있습니다.
warning-listen-failed = { $address }에서 연결을 받을 수 없습니다: { $reason }
warning-dial-failed = { $address }에 연결할 수 없습니다: { $reason }. 계속 시도합니다.
notice-late-lost = 그 메시지들은 너무 오래전 것입니다. 위로 올려서 찾아보세요.
warning-fork = { $name } 님이 서로 다른 두 기록에 서명했습니다. 둘 다 남겨 두지만, 누가 언제 무엇을 말했는지 그대로 믿지 마세요. 같은 폴더를 두 컴퓨터에서 쓰는지도 모릅니다.
warning-clock-agrees = 이제 이 컴퓨터의 시계가 다른 사람들과 맞습니다.
warning-parked = { $name } 님의 메시지에 앞날의 시각이 적혀 있습니다. 그 시각이 될 때까지 기다립니다.

# 계속 보이는 알림
banner-clock-ahead = 이 컴퓨터의 시계가 다른 사람들보다 { $time } 빠릅니다. 시계를 맞춰 주세요. 보내는 메시지에는 방의 시간이 쓰입니다.
banner-clock-behind = 이 컴퓨터의 시계가 다른 사람들보다 { $time } 느립니다. 시계를 맞춰 주세요. 보내는 메시지에는 방의 시간이 쓰입니다.
banner-own-fork = 데이터 폴더의 다른 사본이 내 이름으로 쓰고 있습니다. 되돌린 백업이거나 다른 컴퓨터일 수 있습니다. 잃은 것은 없습니다. 폴더 하나는 컴퓨터 한 대에서만 쓰세요.
banner-quarantined = 저장된 기록이 손상되어 모두 { $folder } 폴더로 옮겨 두었습니다. 읽을 수 있는 것은 여기 있고, 다른 사람들이 가진 것은 다시 받습니다.
banner-tail-lost = 저장된 기록의 끝부분이 사라졌습니다. 다른 사람들이 가진 것은 다시 받습니다.

# 명령줄: inkmesh store
store-holds = { $number ->
   *[other] 로그 { $chains }개에 항목 { $records }개, { $size }
}
store-room = 방 { $hash }
store-sound = 저장된 것을 모두 읽을 수 있습니다.
store-unreadable = 기록을 열 수 없습니다: { $reason }.
store-holes = 로그 { $count }개를 끝까지 읽을 수 없습니다.
store-lost = 저장된 것 가운데 사라진 것이 있습니다.
store-what-now = Inkmesh를 시작하세요. 손상된 기록은 지우지 않고 옮겨 두고, 읽을 수 있는 것은 남기고, 다른 사람들이 가진 것은 다시 받습니다.
store-compacted = 이전 { $before }, 지금 { $after }. 잃은 것은 없습니다.
store-size = 디스크에서 차지하는 크기: { $size }. 그중 { $checkpoints }는 더 빨리 시작하기 위한 것입니다.
store-set-aside = 손상되어 옮겨 둔 것: { $folder } ({ $size }). 지워도 됩니다.

# 할 수 없는 까닭
error-name-empty = 이름은 비워 둘 수 없습니다.
error-name-long = 이름은 { $max }자까지입니다.
error-not-in-room = { $room } 방에 들어가 있지 않습니다.
error-address = “{ $address }”은(는) 주소가 아닙니다. 주소는 192.168.0.7이나 192.168.0.7:47770처럼 씁니다.
error-text-empty = 보낼 말이 없습니다.
error-text-long = 한 번에 보내기에는 너무 깁니다: { $max }바이트 중 { $len }바이트.
error-stroke = 그 획은 그릴 수 없습니다.
error-nothing-to-undo = 되돌릴 것이 없습니다.
error-nothing-to-redo = 다시 실행할 것이 없습니다.
error-sheet-full = 이 그림판은 가득 찼습니다.
error-rules = 게임은 1~10라운드, 차례마다 1~600초입니다.
error-not-the-drawer = 지금은 그리는 사람만 할 수 있습니다.
error-not-a-player = 게임에 참가한 사람만 할 수 있습니다.
error-wrong-phase = 지금은 게임에서 그것을 할 때가 아닙니다.
error-game-running = 이 방에서는 이미 게임이 진행 중입니다.
error-unknown-entry = 그 줄은 이 방의 기록에 없습니다.
error-not-saved = 저장하지도 보내지도 못했습니다. 디스크가 거부했습니다: { $reason }
error-unreadable = 디스크의 기록을 읽을 수 없습니다: { $reason }
error-busy = 한꺼번에 너무 많습니다. 모두 저장될 때까지 잠깐 기다리세요.
error-closed = Inkmesh가 멈춰서 할 수 없습니다.
