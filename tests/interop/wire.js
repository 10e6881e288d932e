// Authors, names, operations and the log: what PROTOCOL.md says under "Authors and rooms", "Operation" and "Catching up".
import { ed25519 } from '@noble/curves/ed25519'
import { blake3 } from '@noble/hashes/blake3'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils'
import { decode, encode } from 'cborg'
import { base58btc } from 'multiformats/bases/base58'
import { base32 } from 'multiformats/bases/base32'

export { bytesToHex as hex, hexToBytes as unhex, concatBytes as join, utf8ToBytes as utf8 }

/** Encodes to the CBOR of the page: shortest forms, and keys in the order in which they stand. */
export const cbor = value => encode(value, { mapSorter: undefined })

/** Decodes CBOR of definite lengths; throws on anything else. */
export const uncbor = bytes => decode(bytes, { allowIndefinite: false, rejectDuplicateMapKeys: true, strict: true })

/** Returns BLAKE3 in its derive-key mode. */
export const H = (context, ...parts) => blake3(concatBytes(...parts), { context: utf8ToBytes(context) })

export const equal = (a, b) => Buffer.compare(a, b) === 0

/** Returns `number` in `length` bytes, big-endian or little-endian. */
export function bigEndian (number, length) {
  return hexToBytes(BigInt(number).toString(16).padStart(2 * length, '0'))
}
export const littleEndian = (number, length) => bigEndian(number, length).reverse()

/** A key of an author, from its secret of 32 bytes. */
export class Identity {
  constructor (secret) {
    this.secret = secret
    this.author = ed25519.getPublicKey(secret)
  }

  sign (...parts) {
    return ed25519.sign(concatBytes(...parts), this.secret)
  }
}

/** Verifies strictly: no key of small order, no scalar that is not reduced. */
export function verify (author, signature, ...parts) {
  try {
    const key = ed25519.Point.fromHex(author, false)
    return !key.isSmallOrder() && ed25519.verify(signature, concatBytes(...parts), author, { zip215: false })
  } catch {
    return false
  }
}

export const peerId = author => base58btc.baseEncode(concatBytes(hexToBytes('002408011220'), author))

export function authorOf (peerId) {
  return base58btc.baseDecode(peerId).slice(6)
}

export function fingerprint (author) {
  const text = base32.baseEncode(H('inkmesh 2026 fingerprint of an author', author)).slice(0, 6)
  return `${text.slice(0, 3)}-${text.slice(3)}`
}

const HIDDEN = /[\p{Cc}\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

const tidy = text => text.replace(/\p{White_Space}/gu, ' ').replace(HIDDEN, '').normalize('NFC').replace(/ +/g, ' ')

/** Returns the normalised name of a room, or throws. */
export function roomName (text) {
  const name = tidy(text).toLowerCase().normalize('NFC').replace(/^[# ]+/, '').replace(/ +$/, '')
  const length = Array.from(name).length
  if (length < 1 || length > 40) throw new Error(`a room's name of ${length} characters`)
  return name
}

export const roomId = name => H('inkmesh 2026 public room', utf8ToBytes(roomName(name)))
export const topic = room => `inkmesh/1/${bytesToHex(room)}`

/** Signs an operation. `header` = {room, log, seq, backlink, time}; `keys` are those of a private room. */
export function operation (identity, header, kind, content, keys = null) {
  const payload = concatBytes(Uint8Array.of(kind), cbor(content))
  const { room, log, seq, backlink, time } = header
  const fields = payload => [1, room, identity.author, log, seq, backlink, time, keys?.epoch ?? 0, payload]
  const body = cbor(fields(keys ? keys.sealPayload(cbor(fields(new Uint8Array())), payload) : payload))
  return readOperation(concatBytes(body, identity.sign(body)), keys)
}

/** Reads and verifies an operation; throws if it isn't valid. `log`, `seq` and `time` are BigInts. */
export function readOperation (bytes, keys = null) {
  const body = bytes.slice(0, -64)
  const fields = uncbor(body)
  const [version, room, author, log, seq, backlink, time, epoch] = fields
  const known = version === 1 && epoch === (keys?.epoch ?? 0)
  const form = fields.length === 9 && known && [room, author].every(id => id.length === 32)
  if (!form || !equal(cbor(fields), body)) throw new Error('not an operation')
  const [longest, most] = keys ? [34344, 33832] : [33280, 32768]
  if ((backlink === null) !== (seq === 0) || !(backlink === null || backlink.length === 32) || bytes.length > longest ||
      fields[8].length > most) throw new Error('an operation out of bounds')
  if (!verify(author, bytes.slice(-64), body)) throw new Error('a false signature')
  const payload = keys ? keys.openPayload(cbor([...fields.slice(0, 8), new Uint8Array()]), fields[8]) : fields[8]
  const id = blake3(body)
  // Content of a kind that this client doesn't know stays unread.
  const content = payload[0] >= 1 && payload[0] <= 5 ? uncbor(payload.slice(1)) : null
  return { bytes, id, room, author, log: BigInt(log), seq: BigInt(seq), backlink, time: BigInt(time), kind: payload[0], content }
}

/** Compares two operations in the order of a room. */
export function inOrder (a, b) {
  const number = (x, y) => (x < y ? -1 : x > y ? 1 : 0)
  return number(a.time, b.time) || Buffer.compare(a.author, b.author) || number(a.log, b.log) || number(a.seq, b.seq) ||
    Buffer.compare(a.id.slice(0, 8), b.id.slice(0, 8))
}

/** The operations of a room. It holds no more chains than a test makes, so it has none of the bounds. */
export class Log {
  constructor () {
    this.operations = new Map()
  }

  add (operation) {
    this.operations.set(bytesToHex(operation.id), operation)
  }

  has (id) {
    return this.operations.has(bytesToHex(id))
  }

  /** Returns the branches, each with its operations from number 0 on, in the order of heads. */
  branches () {
    const followers = new Map()
    for (const operation of this.operations.values()) {
      const key = operation.backlink ? bytesToHex(operation.backlink) : `${bytesToHex(operation.author)} ${operation.log}`
      followers.set(key, [...followers.get(key) ?? [], operation])
    }
    const chains = [...followers].filter(([key]) => key.includes(' ')).map(([key]) => this.#chain(key, followers))
    return chains.flat().sort((a, b) => {
      const [x, y] = [a.at(-1), b.at(-1)]
      return Buffer.compare(x.author, y.author) || (x.log < y.log ? -1 : x.log > y.log ? 1 : Buffer.compare(x.id, y.id))
    })
  }

  /** Returns the branches of a chain: the one that continues freely at each fork, and those of the first three openers. */
  #chain (start, followers) {
    const branches = []
    // The first branch begins with nothing before it.
    const openers = [[]]
    while (openers.length && branches.length < 4) {
      openers.sort((a, b) => Number(a.at(-1).seq - b.at(-1).seq) || Buffer.compare(a.at(-1).id, b.at(-1).id))
      let branch = openers.shift()
      let key = branch.length ? bytesToHex(branch.at(-1).id) : start
      for (let next; (next = followers.get(key)); key = bytesToHex(branch.at(-1).id)) {
        const [first, ...others] = [...next].sort((a, b) => Buffer.compare(a.id, b.id))
        openers.push(...others.map(opener => [...branch, opener]))
        branch = [...branch, first]
      }
      branches.push(branch)
    }
    return branches
  }

  /** Returns all operations that are in a branch, in the room's order. */
  ordered () {
    return [...new Set(this.branches().flat())].sort(inOrder)
  }

  digest () {
    const parts = this.branches().map(branch => {
      const last = branch.at(-1)
      return concatBytes(last.author, bigEndian(last.log, 8), bigEndian(last.seq + 1n, 8), last.id)
    })
    return H('inkmesh 2026 digest of a log', ...parts)
  }

  heads () {
    return this.branches().map(branch => {
      const last = branch.at(-1)
      return [last.author, last.log, last.seq + 1n, last.id.slice(0, 12)]
    })
  }

  /** Returns the wants of somebody who is offered `heads`. */
  missing (heads) {
    const wants = heads.map(([author, log, next, short], index) => {
      const own = [...this.operations.values()].filter(held => equal(held.author, author) && held.log === BigInt(log))
      if (own.some(held => held.seq === BigInt(next) - 1n && equal(held.id.slice(0, 12), short))) return null
      own.sort((a, b) => Number(a.seq - b.seq))
      return [index, 0, next, own.slice(-96).map(held => [held.seq, held.id.slice(0, 12)])]
    })
    return wants.filter(want => want !== null)
  }

  /** Returns what answers a `want` of somebody who was sent `heads`. */
  wanted ([index, from, to, known], heads) {
    const [author, log, next, short] = heads[index]
    const branch = this.branches().find(branch => {
      const last = branch.at(-1)
      return equal(last.author, author) && last.log === BigInt(log) && last.seq + 1n >= BigInt(next) &&
        equal(branch[Number(next) - 1].id.slice(0, 12), short)
    }) ?? []
    const shared = known.filter(([seq, short]) => branch[Number(seq)] && equal(branch[Number(seq)].id.slice(0, 12), short))
    const start = Math.max(Number(from), ...shared.map(([seq]) => Number(seq) + 1))
    return branch.slice(start, Number(to))
  }
}
