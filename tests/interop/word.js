// Words and what is computed from them: "The word" and "Guessing" of PROTOCOL.md, and the VOPRF of RFC 9497.
import { xchacha20poly1305 } from '@noble/ciphers/chacha'
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve'
import { ed25519, hash_to_ristretto255, RistrettoPoint } from '@noble/curves/ed25519'
import { sha512 } from '@noble/hashes/sha2'
import { bigEndian, H, Identity, join, littleEndian, utf8 } from './wire.js'

const ORDER = ed25519.CURVE.n
const CONTEXT = join(utf8('OPRFV1-'), Uint8Array.of(1), utf8('-ristretto255-SHA512'))

const number = bytes => BigInt('0x' + Buffer.from(bytes).reverse().toString('hex'))
const modulo = value => ((value % ORDER) + ORDER) % ORDER
/** Writes a scalar in its 32 bytes, little-endian. */
export const scalarBytes = scalar => littleEndian(scalar, 32)
const point = bytes => RistrettoPoint.fromHex(bytes)
const prefixed = bytes => join(bigEndian(bytes.length, 2), bytes)

const hashToScalar = message =>
  modulo(number(expand_message_xmd(message, join(utf8('HashToScalar-'), CONTEXT), 64, sha512)))

const hashToGroup = input => hash_to_ristretto255(input, { DST: join(utf8('HashToGroup-'), CONTEXT) })

export function randomScalar () {
  return modulo(number(crypto.getRandomValues(new Uint8Array(64))))
}

function inverse (scalar) {
  // Fermat: the order is prime.
  let [result, base] = [1n, modulo(scalar)]
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = modulo(result * base)
    base = modulo(base * base)
  }
  return result
}

/** Returns M and Z of ComputeComposites. */
function composites (key, blinded, evaluated) {
  const seed = sha512(join(prefixed(key), prefixed(join(utf8('Seed-'), CONTEXT))))
  const weight = index => hashToScalar(join(
    prefixed(seed), bigEndian(index, 2), prefixed(blinded[index]), prefixed(evaluated[index]), utf8('Composite')))
  const sum = elements => elements.map((bytes, index) => point(bytes).multiply(weight(index))).reduce((a, b) => a.add(b))
  return [sum(blinded), sum(evaluated)]
}

const challenge = (key, ...elements) =>
  hashToScalar(join(prefixed(key), ...elements.map(element => prefixed(element.toBytes())), utf8('Challenge')))

/** The secret key of a turn, which its drawer has. */
export class TurnKey {
  constructor (secret = randomScalar()) {
    this.secret = secret
    this.public = RistrettoPoint.BASE.multiply(secret).toBytes()
  }

  /** BlindEvaluateBatch: returns {evaluated, proof}. */
  answer (blinded) {
    const evaluated = blinded.map(bytes => point(bytes).multiply(this.secret).toBytes())
    const [m, z] = composites(this.public, blinded, evaluated)
    const random = randomScalar()
    const c = challenge(this.public, m, z, RistrettoPoint.BASE.multiply(random), m.multiply(random))
    return { evaluated, proof: join(scalarBytes(c), scalarBytes(modulo(random - c * this.secret))) }
  }

  /** Evaluate: the output of a word. */
  output (input) {
    return finish(input, hashToGroup(input).multiply(this.secret).toBytes())
  }
}

/** Returns whether the proof of an answer holds. */
export function isProven (key, blinded, { evaluated, proof }) {
  const [c, s] = [number(proof.slice(0, 32)), number(proof.slice(32))]
  if (evaluated.length !== blinded.length || c >= ORDER || s >= ORDER) return false
  const [m, z] = composites(key, blinded, evaluated)
  const t2 = RistrettoPoint.BASE.multiplyUnsafe(s).add(point(key).multiplyUnsafe(c))
  return challenge(key, m, z, t2, m.multiplyUnsafe(s).add(z.multiplyUnsafe(c))) === c
}

const finish = (input, element) => sha512(join(prefixed(input), prefixed(element), utf8('Finalize')))

export const blind = (input, scalar) => hashToGroup(input).multiply(scalar).toBytes()

/** Finalize: the output of a word from the evaluated element. */
export const unblind = (input, scalar, evaluated) => finish(input, point(evaluated).multiply(inverse(scalar)).toBytes())

export const wordInput = (game, turn, word) => H('inkmesh 2026 quiz word', game, littleEndian(turn, 4), utf8(word))

/** The keys that come out of a word's output. */
export class WordKey {
  constructor (output, game, turn) {
    this.signing = new Identity(H('inkmesh 2026 quiz word signing key', output))
    this.sealing = H('inkmesh 2026 quiz word sealing key', output)
    this.turn = join(game, littleEndian(turn, 4))
    this.public = this.signing.author
  }

  /** The signature of a solver. */
  sign (author) {
    return this.signing.sign(utf8('inkmesh solved 1'), this.turn, author)
  }

  seal (author, text, nonce = crypto.getRandomValues(new Uint8Array(24))) {
    return join(nonce, this.#cipher(author, nonce).encrypt(utf8(text)))
  }

  unseal (author, sealed) {
    return new TextDecoder().decode(this.#cipher(author, sealed.slice(0, 24)).decrypt(sealed.slice(24)))
  }

  #cipher (author, nonce) {
    return xchacha20poly1305(this.sealing, nonce, join(utf8('inkmesh sealed 1'), this.turn, author))
  }
}

const presence = id => (id === null ? Uint8Array.of(0) : join(Uint8Array.of(1), id))

/** Returns the text over which a guesser signs a request. */
export const requestText = ({ room, game, turn, voprf, guesser, asked_before: asked, said, blinded }) => join(
  utf8('inkmesh guess 1'), room, game, littleEndian(turn, 4), voprf, guesser, littleEndian(asked, 4), presence(said), ...blinded)

export function guessRequest (identity, { room, game, turn, voprf, asked_before: asked, said, blinded }) {
  const request = { room, game, turn, voprf, guesser: identity.author, asked_before: asked, said, blinded }
  return { ...request, signature: identity.sign(requestText(request)) }
}

/** Returns the text over which a drawer signs a receipt. */
export const receiptText = ({ game, turn, voprf, drawer, guesser, blinded, elapsed_ms: elapsed }) => join(
  utf8('inkmesh receipt 1'), game, littleEndian(turn, 4), voprf, drawer, guesser, littleEndian(elapsed, 4), ...blinded)

export function receipt (identity, { game, turn, voprf, guesser, blinded }, elapsed) {
  const receipt = { game, turn, voprf, drawer: identity.author, guesser, blinded, elapsed_ms: elapsed }
  return { ...receipt, signature: identity.sign(receiptText(receipt)) }
}

/** Words: folding, normalising, masks, candidates, close guesses, points. */

const LETTER = /^[\p{Alphabetic}\p{Nd}\p{Nl}\p{No}]$/u
const JAMO = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/
/** Upper and lower case of each character by itself, whatever stands beside it. */
const lowerCase = text => Array.from(text, character => character.toLowerCase()).join('')
const upperCase = text => Array.from(text, character => character.toUpperCase()).join('')

const folded = text => lowerCase(upperCase(lowerCase(text.normalize('NFKC')))).normalize('NFKC')

// JavaScript has no table of combining classes. A character that isn't of class 0 moves when it stands between two marks
// whose order normalising changes.
function isCombining (character) {
  const marks = ['\u0334', '\u0345']
  return marks.some(mark => (mark + character).normalize('NFD') !== mark + character.normalize('NFD') ||
    (character + mark).normalize('NFD') !== character.normalize('NFD') + mark)
}

const isLetter = character => !JAMO.test(character) && (LETTER.test(character) || isCombining(character))

export const normalise = text => Array.from(folded(text)).filter(isLetter).join('').normalize('NFC')

export const mask = word => Array.from(word.normalize('NFC'), character =>
  Array.from(character.normalize('NFKC')).some(isLetter) ? '_' : character).join('')

const ENDINGS = ('다 이다 야 이야 요 이요 예요 에요 이에요 네 이네 네요 이네요 지 이지 죠 이죠 인가 인가요 인데 일까 임 입니다 ' +
  '은 는 이 가 을 를 도 랑 s es').split(' ')

/** Returns the runs of letters of a folded line. */
function singleWords (line) {
  const words = ['']
  for (const character of line) isLetter(character) ? (words[words.length - 1] += character) : words.push('')
  return words.filter(word => word)
}

const size = text => Array.from(text).length

/** Returns the candidates of a line in a game with this set of normalised words. */
export function candidates (line, words) {
  const single = singleWords(folded(line)).map(word => word.normalize('NFC'))
  if (size(line) > 256 || size(folded(line)) > 256 || single.length > 64) return []
  // Sorting is stable: equally long ones stay from left to right.
  const bySize = [...single].sort((a, b) => size(b) - size(a))
  const counts = first => [2, 3, 4, 5, 6].filter(count => first + count <= single.length)
  const together = single.flatMap((_, first) => counts(first).map(count => single.slice(first, first + count).join('')))
  const found = new Set()
  const take = text => found.size < 4 && words.has(text) && found.add(text)
  for (const text of [normalise(line), ...bySize, ...together.map(text => text.normalize('NFC'))]) {
    take(text)
    const endings = ENDINGS.filter(ending => text.endsWith(ending) && text !== ending).sort((a, b) => size(a) - size(b))
    for (const ending of endings) take(text.slice(0, -ending.length))
  }
  if (found.size === 0) {
    for (const word of bySize.map(word => Array.from(word)).filter(word => word.length <= 16)) {
      for (let length = word.length; length >= 2; length -= 1) {
        for (let first = 0; first + length <= word.length; first += 1) {
          const text = word.slice(first, first + length).join('')
          if (length >= 4 || /^[가-힣]*$/.test(text)) take(text)
        }
      }
    }
  }
  return [...found]
}

const INITIAL = Array.from('ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ')
const FINAL = Array.from('ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ')

/** Returns whether a guess is one letter away from a word. */
export function isClose (guess, word) {
  const letters = text => Array.from(normalise(text).normalize('NFD'), letter => {
    const code = letter.codePointAt(0)
    return INITIAL[code - 0x1100] ?? FINAL[code - 0x11a8] ?? letter
  })
  const [a, b] = [letters(guess), letters(word)]
  if (size(normalise(word)) < 2 || b.length < 3 || size(guess) > 64 || size(normalise(guess)) > 64) return false
  const distance = Array.from({ length: a.length + 1 }, (_, i) => [i])
  for (let j = 0; j <= b.length; j += 1) distance[0][j] = j
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? distance[i - 2][j - 2] + 1 : Infinity
      distance[i][j] = Math.min(distance[i - 1][j] + 1, distance[i][j - 1] + 1, swapped,
        distance[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]))
    }
  }
  return distance[a.length][b.length] === 1
}

/** Returns the points of who solved a word: `place` is counted from 0 among those who solved. */
export function points (level, elapsed, seconds, place) {
  const sixteenth = Math.floor(elapsed * 16 / (seconds * 1000))
  const base = 300 - 15 * Math.min(15, sixteenth) + ([50, 30, 15][place] ?? 0)
  return Math.floor(base * { easy: 2, medium: 3, hard: 4 }[level] / 2)
}

/** Returns the seed of a game from the nonces of its players, in the order of their keys. */
export const seedOf = nonces => H('inkmesh 2026 game seed', ...nonces)

/** Returns the players of a round in the order in which they draw. */
export function drawingOrder (seed, round, players) {
  const place = player => H('inkmesh 2026 game drawing order', seed, littleEndian(round, 4), player)
  return [...players].sort((a, b) => Buffer.compare(place(a), place(b)))
}

export const commitment = (game, author, nonce) => H('inkmesh 2026 game nonce commitment', game, author, nonce)
