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
failed-advice-newer = 더 새로운 버전의 Inkmesh가 쓴 데이터 폴더입니다. 그 버전을 쓰거나 --data-dir로 다른 폴더를 지정하세요.
failed-advice-key-file = 열쇠 파일을 읽거나 쓸 수 없습니다. 폴더의 권한을 확인하고 다시 시도하세요.
failed-advice-key-damaged = 열쇠 파일이 손상되었습니다. 사본을 되돌려 놓거나, 파일을 옮겨 두고 새 사람으로 시작하세요.
failed-advice-history = 이 컴퓨터에 있는 기록이 손상되었습니다. 폴더를 옮겨 두면 새로 시작할 수 있고, 다른 사람들이 받은 것은 그대로 있습니다.
failed-advice-network = 네트워크를 준비할 수 없습니다. 컴퓨터가 연결되어 있는지 확인하고 다시 시도하세요.
failed-advice-listen = Inkmesh를 시작할 때 준 주소에서 연결을 받을 수 없습니다. 다른 프로그램이 그 포트를 쓰고 있을 수 있습니다. 다른 포트로 시작하거나 --listen 없이 시작하세요. 그러면 비어 있는 포트를 씁니다.
failed-advice-address = Inkmesh를 시작할 때 준 주소 가운데 주소가 아닌 것이 있습니다.
failed-advice-ended = 지금까지 말하고 그린 것은 이 컴퓨터에 안전하게 있습니다. 계속하려면 다시 시작하세요.

# 연결 상태
status-looking = 아직 아무도 없습니다. 이 네트워크에서 사람을 찾는 중…
status-nobody = 아직 아무도 없습니다. 다른 컴퓨터에도 Inkmesh가 열려 있나요? 컴퓨터끼리 못 만나게 막는 와이파이도 있습니다. 주소로 연결해 보세요.
status-nobody-short = 아직 아무도 없습니다. 다른 컴퓨터에도 Inkmesh가 열려 있나요?
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
person-muted = 숨김
person-blocked = 차단
person-details = 자세히

# 대기실
waiting-title = 대기실
waiting-loading = 방을 찾는 중…
waiting-own = 내 방
waiting-nearby = 이 네트워크의 다른 방
waiting-past = 나온 방
waiting-nobody-in = 지금은 다른 사람이 없어요
waiting-drew = { $name }: 그림을 그렸어요
waiting-game = { $rounds }라운드 중 { $round }라운드
waiting-game-gathers = 게임이 곧 시작돼요
waiting-alone-title = 아직 아무도 없어요
waiting-alone = 이 네트워크의 다른 컴퓨터에서 Inkmesh를 켜면 여기에 저절로 나타나요. 컴퓨터끼리 막는 와이파이라면 주소로 연결하세요.
waiting-no-rooms-title = 열려 있는 다른 방이 없어요
waiting-no-rooms = 새 방을 여세요. 다른 사람들이 여기에서 보고 들어올 수 있어요.
waiting-new = 새 방 또는 초대장
waiting-new-placeholder = 이름 또는 inkmesh:…
waiting-new-open = 열기
waiting-new-private = 비공개
waiting-new-hint = 새 방에는 이 네트워크의 누구나 들어올 수 있어요. 비공개 방에는 초대한 사람만 들어와요.
waiting-people = 사람들
waiting-no-people = 아직 아무도 온 적이 없어요.

# 대화
chat-empty = 아직 아무 말도 없습니다.
chat-placeholder = 여기에 쓰기…
chat-placeholder-guess = 정답은?
chat-placeholder-whisper = 정답자끼리…
chat-send = 보내기
chat-guess = 맞히기
chat-guess-waits = “{ $guess }”: 그리는 사람의 답을 기다리는 중…
chat-close = 아까워요!
chat-whisper = 정답을 아는 사람만 볼 수 있어요
chat-sealed = 정답을 아는 사람끼리 나눈 말 { $count }줄
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
line-copy = 복사
line-open = { $host } 열기…
line-unfold = { $count }줄 모두 보기
line-fold = 접기
entry-named = { $name } 님이 왔습니다
entry-pictured = { $name }님이 새 그림을 달았어요
entry-unknown = 더 새로운 Inkmesh가 쓴 것입니다
entry-proposed = { $name }님이 돌아가며 그리자고 해요
entry-proposed-quiz = { $name }님이 그림 퀴즈를 하자고 해요
entry-ready = { $name }님이 준비됐어요
entry-started = 게임을 시작해요
entry-cancelled = 준비된 사람이 두 명이 안 돼서 게임이 취소됐어요
entry-abandoned = 이어서 하는 사람이 없어서 게임이 취소됐어요
entry-turn-began = { $name }님이 그려요
entry-turn-passed = { $name }님이 다 그렸어요
entry-turn-timeout = 시간이 다 됐어요
entry-turn-all-solved = 모두 맞혔어요
entry-solved = { $name }님이 맞혔어요!
entry-solved-mine = 맞혔어요!
entry-skip = { $name }님이 건너뛰기에 투표했어요
entry-left = { $name }님이 게임에서 나갔어요
entry-end = { $name }님이 게임 끝내기에 투표했어요
entry-kick = { $name }님이 { $player }님을 내보내는 데 투표했어요

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
tool-line = 직선 (L) · Shift: 수평·수직·대각선
tool-rectangle = 사각형 (R) · Shift: 정사각형
tool-ellipse = 타원 (O) · Shift: 원
tool-fill = 채우기 (G)
tool-dropper = 스포이트: 그림에서 색 고르기 (I)
tool-width = 굵기 { $number } ({ $number })
tool-width-wheel = 다른 굵기: 종이 위에서 마우스 휠을 돌리세요
tool-mix = 색 만들기
tool-mixed = 확인
tool-more = 도구, 굵기, 색
tool-undo = 실행 취소 (Ctrl+Z)
tool-redo = 다시 실행 (Ctrl+Y)
tool-clear = 모두 지우기
tool-save = 이 그림 저장 (Ctrl+S)
tools-of-the-drawer = 이 종이에는 그리는 사람만 그릴 수 있어요. 저장하거나 Ctrl과 휠로 가까이 볼 수는 있어요.
tools-of-nobody = 지금은 아무도 이 종이에 그릴 수 없어요. 저장은 할 수 있어요.
clear-really = 다른 사람이 그린 것까지 이 종이의 모든 것을 지울까요? 실행 취소할 수 있어요.
clear-do = 지우기
clear-keep = 그대로 두기
zoom-whole = { $percent }% · 전체 보기 (0)
game-idle = 누구나 이 종이에 그릴 수 있어요
game-idle-closed = 지금은 이 종이에 그릴 수 없어요
game-plan = 게임 시작…
game-rules = { $rounds }라운드, 차례마다 { $seconds }초
game-rules-quiz = { $offered ->
    [1] 제시어 1개
   *[other] 제시어 { $offered }개 중 선택
} · { $hints ->
    [0] 힌트 없음
   *[other] 힌트 { $hints }개
}
game-gathering = { $name }님이 돌아가며 그리자고 해요
game-gathering-mine = 돌아가며 그리자고 제안했어요
game-gathering-quiz = { $name }님이 그림 퀴즈를 하자고 해요
game-gathering-quiz-mine = 그림 퀴즈를 하자고 제안했어요
game-who = 누가 할까요?
game-is-ready = 준비됨
game-is-asked = 아직
game-waiting = 모두 준비되거나 시간이 다 되면 시작해요.
game-asked = 늦어도 괜찮아요. 구경하다가 다음 라운드부터 들어올 수 있어요.
game-full = 자리가 다 찼어요. 구경은 할 수 있어요.
game-ready = 준비됐어요
game-begin = 지금 시작
game-choosing = 다음은 { $name }님이 그려요
game-choosing-mine = 다음은 내 차례예요
game-choosing-word = { $name }님이 단어를 고르고 있어요
game-choose = 그릴 단어를 고르세요
game-choose-how = 눌러서 고르거나 숫자 키를 누르세요. 어려울수록 점수가 높아요.
level-easy = 쉬움
level-medium = 보통
level-hard = 어려움
game-round = { $rounds }라운드 중 { $round }라운드
game-drawing = { $rounds }라운드 중 { $round }라운드 · { $name }님이 그려요
game-drawing-mine = { $rounds }라운드 중 { $round }라운드 · 내가 그려요
game-know = { $all }명 중 { $solved }명이 맞혔어요
game-hints = 힌트 { $shown }/{ $hints }
game-you-know = 정답을 알고 있어요
game-you-watch = 구경하고 있어요
game-you-were-removed = 투표로 이 게임에서 빠지게 됐어요
game-you-solved = 정답이에요!
game-only-drawer = 지금은 { $name }님만 그릴 수 있어요. 다른 사람들은 지켜봐요.
game-you-may-draw = 다른 사람들이 내 펜을 보고 있어요.
game-pass = 다 그렸어요
game-pass-turn = 이번 차례 넘기기
game-skip = 건너뛰기 투표
game-voted = 건너뛰기에 투표했어요
game-remove = 내보내기 투표
game-voted-remove = 내보내기에 투표했어요
game-join = 다음 라운드부터 참가
game-revealed = { $name }님이 다 그렸어요
game-revealed-mine = 내 차례가 끝났어요
game-skipped = { $name }님의 차례를 건너뛰었어요
game-skipped-mine = 내 차례를 건너뛰었어요
game-no-answer = { $name }님의 답이 없어서 다음으로 넘어가요
game-no-answer-mine = 시간 안에 답이 없어서 내 차례가 넘어갔어요
game-gone = { $name }님이 오프라인이라 게임을 이어서 해요
game-gone-mine = 오프라인인 동안 게임이 이어졌어요
game-word-taken = 시간 안에 고르지 않아서 프로그램이 이 단어를 골랐어요
game-leave = 게임에서 나가기
game-end = 게임 끝내기 투표
game-voted-end = 게임 끝내기에 투표했어요
game-word-was = 정답: { $word }
game-no-word = 차례가 끝났어요
game-lied = { $name }님의 프로그램이 규칙을 어겨서 이 그림은 점수가 없어요.
game-lied-last = 마지막 차례에 그린 사람의 프로그램이 규칙을 어겨서 그 그림은 점수가 없어요.
game-told-nothing = 정답이 공개되지 않아서 그린 점수는 없어요.
game-nobody-knew = 아무도 맞히지 못했어요.
game-this-turn = 이번 차례
game-last-turn = 마지막 차례
game-total = 합계
game-soon-next = 곧 다음 차례가 시작돼요.
game-over = 게임이 끝났어요
game-won = { $name }님이 이겼어요!
game-you-won = 이겼어요!
game-two-won = { $first }님과 { $second }님이 함께 이겼어요!
game-many-won = { $count }명이 함께 이겼어요!
game-nobody-won = 점수를 얻은 사람이 없어요
game-and-others = 외 { $count }명
game-results = 결과 보기
game-rematch = 한 판 더
game-again = 다시 제안하기
game-close = 닫기
game-cancelled = 준비된 사람이 두 명이 안 돼서 게임이 취소됐어요
game-abandoned = 이어서 하는 사람이 없어서 게임이 취소됐어요
game-two-rosters = 제안한 사람이 참가자 명단을 두 번 내서 게임이 취소됐어요
game-too-few-left = 남은 사람이 두 명이 안 돼서 게임이 끝났어요
game-ended = 참가한 사람 절반 넘게 원해서 게임이 끝났어요
game-over-free = 이제 누구나 그릴 수 있어요.
game-over-closed = 마지막 그림이에요.

# 다른 방이나 다른 창 뒤에서 게임이 기다림
call-choose = { $room }: 그릴 단어를 고르세요
call-draw = { $room }: 지금 그릴 차례예요
call-guess = { $room }: 차례가 시작됐어요. 정답을 맞혀 보세요
call-gather = { $room }: 곧 게임이 시작돼요. 같이 할까요?
call-go = 그 방으로 가기 (F6)
call-title-turn = 내 차례
call-title-guess = 정답을 맞혀 보세요
call-title-gather = 같이 할까요?

# 게임 시작
plan-title = 게임 시작
plan-quiz = 그림 퀴즈
plan-turns = 돌아가며 그리기
plan-quiz-what = 한 사람이 단어를 그리고 나머지가 맞혀요.
plan-turns-what = 단어도 점수도 없이 한 사람씩 돌아가며 그려요.
plan-presets = 규칙 불러오기
plan-rounds = 라운드
plan-seconds = 차례당 시간(초)
plan-players = 최대 인원
plan-idle = 안 그리면 건너뛰기
plan-offered = 고를 단어 수
plan-hints = 글자 힌트 수
plan-bounds = { $least }~{ $most }
plan-idle-bounds = 5~240초, 0: 안 함
plan-close = 아깝게 틀리면 그 사람에게만 알려 주기
plan-words = 단어
plan-pack-en = 영어 ({ $count })
plan-pack-ko = 한국어 ({ $count })
plan-own = 직접 만든 단어
plan-own-placeholder = 한 줄에 한 단어씩
plan-own-count = 단어 { $count }개
plan-own-how = 여기에 쓰거나 붙여 넣으세요. 텍스트 파일을 창에 끌어다 놓거나 경로로 열 수도 있어요. “# 쉬움”, “# 보통”, “# 어려움” 줄을 넣으면 그 아래 단어의 난이도가 돼요.
plan-path = /경로/단어.txt
plan-open = 열기
plan-unreadable = 파일을 읽을 수 없어요: { $reason }
plan-number-wrong = 범위를 벗어난 숫자가 있어요.
plan-no-words = 게임에 쓸 단어를 고르세요.
plan-hint = Enter로 시작, Esc로 닫기
plan-cancel = 취소
plan-start = 시작
pack-too-large = 단어 목록은 { $most }KB까지 쓸 수 있어요.
pack-not-utf8 = { $line }번째 줄: UTF-8로 된 글이 아니에요.
pack-word-empty = { $line }번째 줄: 단어에는 글자나 숫자가 있어야 해요.
pack-word-long = { $line }번째 줄: 단어는 { $most }자까지예요.
pack-word-control = { $line }번째 줄: 보이지 않는 문자가 들어 있어요.
pack-twice = { $line }번째 줄: { $first }번째 줄에 이미 있는 단어예요.
pack-few = 단어가 { $least }개 이상 있어야 해요. 지금은 { $count }개예요.
pack-many = 단어는 { $most }개까지 쓸 수 있어요. 지금은 { $count }개예요.

# 갤러리
gallery-open = 갤러리
gallery-of = { $room } 갤러리
gallery-back = 종이로 돌아가기
gallery-all = 모든 그림
gallery-reading = 그림을 찾는 중…
gallery-empty = 아직 그림이 없어요. 이 방에서 자유롭게 또는 게임에서 그린 그림이 모두 여기에 걸려요.
gallery-again = 다시 시도
gallery-older = 이전 그림 { $count }개…
gallery-free = 함께 그린 그림
gallery-turn = 차례에 그린 그림
gallery-and-more = { $names } 외 { $count }명
gallery-word = 정답은 { $word }
gallery-solved = { $count ->
    [0] 아무도 못 맞혔어요
   *[other] { $count }명이 맞혔어요
}
gallery-save = 저장
gallery-strokes = { $all }획 중 { $done }획
gallery-start = 빈 종이로 (Home)
gallery-step-back = 한 획 뒤로 (←)
gallery-play = 다시 그려 보기 (Space)
gallery-rest = 멈추기 (Space)
gallery-step-on = 한 획 앞으로 (→)
gallery-end = 완성된 그림으로 (End)
gallery-speed = 속도

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
settings-motion = 움직임 효과
settings-motion-on = 켜기
settings-motion-off = 줄이기

# 내 그림
picture-title = 내 그림
picture-change = 그림 고르기, 그리기
picture-ours = 하나 고르세요. 내 색으로 보입니다.
picture-own = 직접 그려도 됩니다
picture-undo = 되돌리기
picture-clear = 지우기
picture-use = 이 그림 쓰기
picture-full = 작은 종이가 꽉 찼습니다.
picture-cat = 고양이
picture-fox = 여우
picture-rabbit = 토끼
picture-tiger = 호랑이
picture-owl = 부엉이
picture-fish = 물고기
picture-crane = 두루미
picture-turtle = 거북이
picture-whale = 고래
picture-snail = 달팽이
picture-butterfly = 나비
picture-frog = 개구리
picture-teapot = 찻주전자
picture-boat = 돛단배
picture-mountain = 산
picture-pine = 소나무
picture-moon = 달
picture-umbrella = 우산
picture-fan = 부채
picture-lantern = 등불
picture-kite = 연
picture-mushroom = 버섯
picture-flower = 꽃
picture-gourd = 조롱박

# 도움말
link-title = 이 링크를 열까요?
link-host = 연결되는 곳
link-host-read = { $host }라고 쓰여 있어요. 다른 문자의 글자는 비슷해 보일 수 있어요.
link-whole = 전체 주소
link-open = 열기

help-title = 도움말
help-what = 같은 네트워크에서 Inkmesh를 연 사람은 모두 여기서 만납니다. 오른쪽에서 이야기하고, 가운데에서 자유롭게 또는 돌아가며 그려요. 놓친 것은 누군가 연결되면 저절로 옵니다.
help-enter = 보내기, 쓰기
help-lines = 쓰는 글에서 줄 바꾸기
help-escape = 입력란에서 나가기, 열린 것 닫기
help-tab = 다음 입력란이나 단추
help-copy = 클릭한 줄 복사. Shift를 누르고 클릭하면 그 사이의 줄 모두
help-pens = 펜, 지우개
help-shapes = 직선, 사각형, 타원. Shift: 곧은 선, 정사각형, 원
help-colours = 영역 채우기, 그림에서 색 고르기
help-widths = 펜 굵기. 다른 굵기는 마우스 휠로. 단어를 고를 때는 그 번호의 단어
help-undo = 실행 취소, 다시 실행(Ctrl+Shift+Z로도)
help-save = 이 그림을 파일로 저장
help-zoom = 확대(Ctrl과 휠로도), 축소, 전체 보기. Space를 누르고 끌면 종이 이동
help-play = 갤러리에서: 다시 그려 보기, 멈추기
help-strokes = 갤러리에서: 한 획 뒤로, 앞으로. Home과 End는 빈 종이로, 완성된 그림으로
help-ready = 게임 중 입력 칸이 비어 있을 때: 준비 완료, 참가
help-go-on = 게임 중: 바로 시작, 내 차례 끝내기, 건너뛰기 투표
help-results = 게임 결과 보기, 닫기 (Esc로도 닫기)
help-again = 한 판 더, 지난 게임 다시 제안
help-plan = 게임 시작…
help-call = 게임이 기다리는 방으로 가기
help-help = 이 도움말

# 알림
notice-dialling = { $address }에 연결하는 중입니다. 대답할 때까지 계속 시도합니다.
notice-not-kept = 설정을 저장할 수 없습니다: { $reason }
warning-storage-recovered = 다시 디스크에 쓸 수 있습니다.
warning-listen-failed = { $address }에서 연결을 받을 수 없습니다: { $reason }
warning-own-address = { $address }은(는) 바로 이 프로그램의 주소입니다. 다른 컴퓨터의 주소를 쓰세요.
warning-unreachable = 이 네트워크에 다른 사람이 있지만 두 컴퓨터가 서로 연결할 수 없습니다({ $reason }). 방화벽이 막고 있을 수 있습니다. 적어도 한쪽 컴퓨터의 방화벽에서 Inkmesh를 허용하세요. Inkmesh가 계속 시도합니다.
warning-discovery-recovered = 이제 이 네트워크에서 사람을 찾습니다.
warning-dial-failed = { $address }에 연결할 수 없습니다: { $reason }. 계속 시도합니다.
notice-saved = 저장했어요: { $path }
notice-link-not-opened = 링크를 열지 못했어요: { $reason }
notice-not-saved = 그림을 저장하지 못했어요: { $reason }
notice-skipped = 투표로 { $name }님의 차례를 건너뛰었어요.
notice-skipped-mine = 다른 사람 절반 넘게 투표해서 내 차례를 건너뛰었어요.
notice-removed = 투표로 { $name }님이 게임에서 빠졌어요.
notice-removed-mine = 다른 사람들이 투표해서 게임에서 빠지게 됐어요. 구경은 할 수 있어요.
notice-late-lost = 그 메시지들은 너무 오래전 것입니다. 위로 올려서 찾아보세요.
warning-fork = { $name } 님이 서로 다른 두 기록에 서명했습니다. 둘 다 남겨 두지만, 누가 언제 무엇을 말했는지 그대로 믿지 마세요. 같은 폴더를 두 컴퓨터에서 쓰는지도 모릅니다.
warning-clock-agrees = 이제 이 컴퓨터의 시계가 다른 사람들과 맞습니다.
warning-rooms-left-out = 들어간 방이 { $most }개를 넘어 { $rooms }개에는 들어가지 않았습니다. 그 방들은 기억해 둡니다. 다른 방에서 나가면 다음에 켤 때 다시 들어갑니다.
warning-parked = { $name } 님의 메시지에 앞날의 시각이 적혀 있습니다. 그 시각이 될 때까지 기다립니다.

# 계속 보이는 알림
banner-clock-ahead = 이 컴퓨터의 시계가 다른 사람들보다 { $time } 빠릅니다. 시계를 맞춰 주세요. 보내는 메시지에는 방의 시간이 쓰입니다.
banner-clock-behind = 이 컴퓨터의 시계가 다른 사람들보다 { $time } 느립니다. 시계를 맞춰 주세요. 보내는 메시지에는 방의 시간이 쓰입니다.
banner-clock-more = 이 컴퓨터의 시계가 다른 컴퓨터보다 { $time } 빠릅니다. 둘 중 하나가 틀렸으니 틀린 쪽을 맞춰 주세요. 메시지 순서는 말한 순서대로 유지됩니다.
banner-clock-less = 이 컴퓨터의 시계가 다른 컴퓨터보다 { $time } 느립니다. 둘 중 하나가 틀렸으니 틀린 쪽을 맞춰 주세요. 메시지 순서는 말한 순서대로 유지됩니다.
banner-clock-far = 이 컴퓨터와 다른 사람들의 시계가 { $time } 차이 납니다. 차이가 너무 커서 틀린 시계를 맞출 때까지 메시지가 보류됩니다.
banner-own-fork = 데이터 폴더의 다른 사본이 내 이름으로 쓰고 있습니다. 되돌린 백업이거나 다른 컴퓨터일 수 있습니다. 잃은 것은 없습니다. 폴더 하나는 컴퓨터 한 대에서만 쓰세요.
banner-quarantined = 저장된 기록이 손상되어 모두 { $folder } 폴더로 옮겨 두었습니다. 읽을 수 있는 것은 여기 있고, 다른 사람들이 가진 것은 다시 받습니다.
banner-new-key = 열쇠 파일이 없어져서 다른 사람들에게는 새 사람으로 보입니다. 원래의 나로 돌아가려면 Inkmesh를 닫고 identity.key의 사본을 데이터 폴더에 되돌려 놓은 다음 다시 시작하세요.
banner-key-exposed = 이 컴퓨터의 다른 사용자들이 열쇠 파일을 읽을 수 있었습니다. 이제는 나만 읽을 수 있습니다. 누군가 복사했을 수 있다면 파일을 옮겨 두고 새 사람으로 시작하세요.
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

# 명령줄에서 다시 읽는 이야기와 그림
archive-in-use = Inkmesh가 { $folder } 폴더를 쓰고 있습니다. 먼저 닫은 다음 다시 시도하세요.
archive-newer = { $folder } 폴더의 기록은 더 새로운 버전의 Inkmesh가 썼습니다. 그 버전을 쓰세요.
archive-no-room = { $folder } 폴더에 “{ $room }” 방의 기록이 없습니다. `inkmesh archive rooms`로 방 목록을 볼 수 있습니다.
archive-no-data-dir = 이 시스템에는 데이터를 둘 폴더가 정해져 있지 않습니다. --data-dir로 폴더를 지정하세요.
archive-no-history = { $folder } 폴더에 저장된 기록이 없습니다.
archive-not-allowed = { $folder } 폴더를 읽을 권한이 없습니다.
archive-copy-full = 임시 폴더에 기록을 읽을 공간이 부족합니다. 공간을 비운 다음 다시 시도하세요.
archive-damaged = { $folder } 폴더에 저장된 기록이 손상되었습니다({ $detail }).
archive-unreadable = 저장된 기록을 읽을 수 없습니다: { $reason }.
archive-file-not-allowed = { $path } 파일을 쓸 권한이 없습니다. 다른 폴더를 고르세요.
archive-file-no-folder = { $path } 파일을 넣을 폴더가 없고 만들 수도 없습니다.
archive-file-full = { $path } 파일을 쓸 공간이 부족합니다. 공간을 비운 다음 다시 시도하세요.
archive-file-in-the-way = { $path } 자리에 다른 것이 있어 파일을 쓸 수 없습니다. 다른 폴더를 고르세요.
archive-file-failed = { $path } 파일을 쓸 수 없습니다: { $reason }.
archive-output-full = 읽은 것을 쓸 공간이 부족합니다. 공간을 비운 다음 다시 시도하세요.
archive-output-failed = 읽은 것을 쓸 수 없습니다: { $reason }.
archive-empty = 저장된 것이 없습니다.
archive-room = { $count ->
   *[other] 기록 { $entries }개
}, { $people }명, { $from }부터 { $to }까지
archive-nothing-found = 찾은 것이 없습니다.
archive-no-drawings = 이 방에는 그림이 없습니다.
archive-day = { $year }년 { $month } { $day }일 { $weekday }
archive-guess = 추측
archive-whisper = 정답을 아는 사람끼리
archive-sealed = (정답을 안 사람만 읽을 수 있습니다)
archive-drew = { $name } 님이 그렸어요
archive-by = { $names } 그림
archive-turn = { $turn }번째 차례, { $names } 그림
archive-word = 정답은 “{ $word }”
archive-solved = 맞힌 사람: { $names }
archive-nobody-solved = 아무도 맞히지 못함
archive-marks = { $count ->
   *[other] 획 { $count }개
}
archive-exported = 그림 { $written }장을 저장했습니다. { $there ->
    [0] {""}
   *[other] { $there }장은 이미 있었습니다.
}

# 만난 사람 모두
contacts-open = 만난 사람들
contacts-title = 사람들
contacts-back = 방으로 돌아가기
contacts-back-waiting = 대기실로 돌아가기
contacts-all = 모든 사람
contacts-search = 이름 또는 지문
contacts-nobody = 아직 만난 사람이 없어요. 한 번이라도 연결된 사람은 여기에 남아요.
contacts-not-found = 그런 사람이 없어요.
contacts-more = { $count }명 더…
contacts-choose = 목록에서 사람을 고르세요.
contacts-not-met = 만난 적 없음
contacts-never = 없음
contacts-now = 지금
contacts-yourself = 내 이름
contacts-looks-like = 이름이 { $name }처럼 보이지만 다른 사람이에요.
contacts-looked-like = { $name }: 이름이 비슷해 보이지만 다른 사람이에요.
contacts-friend = 친구
contacts-friend-means = 잊지 않고, 시작할 때마다 연결해요.
contacts-mute = 숨기기
contacts-muted = 숨김
contacts-mute-means = 이 사람의 말이 보이지 않아요. 상대에게는 알리지 않아요.
contacts-block = 차단하기
contacts-blocked = 차단함
contacts-block-means = 이 사람의 말도 그림도 받지 않고, 게임에서도 세지 않아요. 상대에게는 알리지 않아요.
contacts-nickname = 나만 보는 별명
contacts-nickname-none = 없음
contacts-nickname-set = 정하기
contacts-fingerprint = 지문
contacts-first-seen = 처음 만난 때
contacts-last-seen = 마지막으로 만난 때
contacts-addresses = 주소
contacts-no-address = 알려진 주소가 없어요.
contacts-verification = 정말 그 사람인가요?
contacts-verification-how = 만나거나 전화하세요. 각자 자기 번호를 소리 내어 읽고, 들은 번호를 여기에 입력하세요.
contacts-own-number = 소리 내어 읽을 내 번호
contacts-their-number = 상대의 번호
contacts-verify = 비교
contacts-verified = 번호를 비교했어요. 정말 그 사람이에요.
contacts-right-number = 번호가 맞아요. 정말 그 사람이에요.
contacts-no-number = 번호는 16자리 숫자예요.

# 만난 사람들, 명령줄
people-nobody = 아직 만난 사람이 없습니다.
people-nameless = 이름 없음
people-friend = 친구
people-verified = 확인함
people-muted = 숨김
people-blocked = 차단
people-look-alike = 다른 사람과 비슷한 이름
people-last-seen = 마지막 { $when }
people-never-met = 만난 적 없음

# 할 수 없는 까닭
error-name-empty = 이름은 비워 둘 수 없습니다.
error-name-invisible = 이름에는 눈에 보이는 글자가 있어야 합니다.
error-name-long = 이름은 { $max }자까지입니다.
error-not-in-room = { $room } 방에 들어가 있지 않습니다.
error-link-local = fe80으로 시작하는 주소로는 연결할 수 없습니다. 컴퓨터 이름이나 다른 주소를 쓰세요.
error-address = “{ $address }”은(는) 주소가 아닙니다. 주소는 192.168.0.7이나 192.168.0.7:47770처럼 씁니다.
error-text-blank = 이 메시지에는 눈에 보이는 글자가 없습니다.
error-text-long = 한 번에 보내기에는 너무 깁니다: { $max }바이트 중 { $len }바이트.
error-bad-stroke = 그 획은 그릴 수 없습니다.
error-nothing-to-undo = 되돌릴 것이 없어요.
error-nothing-to-redo = 다시 실행할 것이 없어요.
error-sheet-full = 이 종이에는 더 그릴 수 없어요.
error-bad-rules = 규칙의 숫자가 범위를 벗어났어요.
error-bad-words = 퀴즈에는 단어가 { $least }~{ $most }개 있어야 해요.
error-no-such-word = 이제는 고를 수 없는 단어예요.
error-drawer-unreachable = 그리는 사람과 연결되지 않아서 아무도 답을 보지 못했어요. 다시 해 보세요.
error-too-fast = 너무 빨라요. 1초에 한 번만 맞힐 수 있어요.
error-guesses-waiting = 앞서 보낸 답을 아직 확인하고 있어요. 잠깐 기다려 주세요.
error-unsaid = 그리는 사람의 프로그램이 앞서 보낸 답을 아직 받지 못해서 이번 답을 확인하지 못했어요. 잠시 뒤에 다시 해 보세요.
error-already-solved = 이미 정답을 맞혔어요.
error-no-guesses-left = 이번 차례에는 더 맞힐 수 없어요.
error-too-late = 늦었어요. 이번 차례에는 이제 답을 받지 않아요.
error-guess-refused = 그리는 사람의 프로그램이 답을 받지 않았어요.
error-false-answer = 그리는 사람의 프로그램이 거짓으로 답했어요. 내 답은 아무도 보지 못했어요.
error-sealed = 정답을 맞힌 뒤 프로그램을 다시 켰어요. 차례가 끝나면 다시 이야기할 수 있어요.
error-not-the-drawer = 지금은 그리는 사람만 할 수 있어요.
error-not-a-player = 게임에 참가한 사람끼리만 할 수 있어요.
error-not-the-proposer = 게임을 제안한 사람만 할 수 있어요.
error-already-done = 이미 했어요.
error-own-turn = 지금은 내 차례예요. 끝내려면 “다 그렸어요”를 누르세요.
error-game-full = 게임에 자리가 없어요.
error-removed = 다른 사람들이 나를 이 게임에서 내보냈어요.
error-too-few-ready = 준비된 사람이 두 명은 있어야 해요.
error-wrong-phase = 지금은 할 수 없어요.
error-game-running = 이 방에서는 이미 게임을 하고 있어요.
error-unknown-entry = 그 줄은 이 방의 기록에 없습니다.
error-not-saved = 저장하지도 보내지도 못했습니다. 디스크가 거부했습니다: { $reason }
error-unreadable = 디스크의 기록을 읽을 수 없습니다: { $reason }
error-too-many-rooms = 이미 방 { $most }개에 들어와 있어 더 들어갈 수 없습니다. 먼저 다른 방에서 나가세요.
error-room-full = 이 방은 가득 차서 더 쓸 수 없습니다. 다른 방에서 이야기하세요.
error-busy = 한꺼번에 너무 많습니다. 모두 저장될 때까지 잠깐 기다리세요.
error-closed = Inkmesh가 멈춰서 할 수 없습니다.
error-oneself = 나 자신이에요.
error-not-a-member = 비공개 방이에요. 방에 있는 사람에게 초대장을 달라고 하세요.
restore-passphrase = 백업의 암호 문장:
restore-done = { $folder } 폴더에 되살렸어요. 이제 다시 { $fingerprint } 입니다.
restore-wrong-passphrase = 백업의 암호 문장이 아니에요.
restore-damaged = 백업이 잘렸거나 손상됐어요. 다른 사본을 쓰세요.
restore-newer = 더 새로운 버전에서 만든 백업이에요. 이 프로그램을 업데이트하세요.
restore-no-backup = Inkmesh의 백업이 아니에요.
restore-used = { $folder } 폴더에는 이미 다른 사람이 있어요. --data-dir로 다른 폴더를 고르세요.
head-invite = 사람 초대
contacts-talk = 둘이서 이야기
contacts-talk-means = 두 사람만의 비공개 방을 열어요.
invite-title = 사람 초대
invite-whom = 아직 이 방에 없는 사람들이에요. 자리에 없는 사람은 다시 만날 때 초대를 받아요.
invite-nobody = 아는 사람이 모두 이 방에 있어요.
invite-send = { $count ->
    [0] 초대할 사람을 고르세요
   *[other] { $count }명 초대
}
invite-ticket = 다른 사람에게 줄 초대장
invite-ticket-public = 이 초대장을 열면 이 방에 들어와 나를 찾을 수 있어요. 스스로 찾지 못하는 곳에서도 돼요. 일주일 동안 쓸 수 있어요.
invite-ticket-private = 이 초대장을 열면 이 방에 들어와 모든 내용을 읽을 수 있어요. 그래도 되는 사람에게만 주세요. 일주일 동안 쓸 수 있어요.
invited-words = { $name } 님이 초대했어요: { $room }
invited-verified = 본인임을 확인한 사람이에요.
invited-unverified = 확인하지 않은 사람이에요. 이름은 누구나 쓸 수 있어요.
invited-more = 그 밖에 { $count }개 더
invited-accept = 들어가기
invited-decline = 거절
notice-invited = { $count }명을 초대했어요.
notice-accepted = { $name } 님이 초대를 받아들였어요: { $room }
notice-declined = { $name } 님이 초대를 거절했어요: { $room }
error-short-passphrase = 암호 문장은 여덟 글자 이상이어야 해요.
error-no-backup = 백업하기에 내용이 너무 많아요.
error-file-exists = { $path } 파일이 이미 있고 백업이 아니에요. 다른 파일 이름을 쓰세요.
error-unknown-invitation = 이 초대는 더 이상 없어요. 이미 답했거나 기한이 지났어요.
error-too-many-invitations = 답을 기다리는 초대가 너무 많아서 더 보낼 수 없어요.
error-bad-ticket = 초대장이 아니거나 일부가 빠졌어요. “inkmesh:”부터 끝까지 다시 복사하세요.
error-ticket-expired = 기한이 지난 초대장이에요. 새 초대장을 받으세요.
error-ticket-newer = 더 새로운 버전에서 만든 초대장이에요. 이 프로그램을 업데이트하세요.
error-too-many-people = 표시한 사람이 너무 많아 더 저장할 수 없습니다. 먼저 표시를 몇 개 지우세요.
error-not-verified = 이 사람의 번호가 아닙니다. 제대로 들었는지 확인하세요. 제대로 들었다면 다른 사람입니다.
