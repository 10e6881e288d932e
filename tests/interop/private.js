// Private rooms and tickets: what PROTOCOL.md says under "Private rooms".
import { xchacha20poly1305 } from '@noble/ciphers/chacha'
import { blake3 } from '@noble/hashes/blake3'
import { base32 } from 'multiformats/bases/base32'
import { bigEndian, cbor, equal, H, join, uncbor, utf8 } from './wire.js'

/** Appends a byte 0x80 and as many bytes 0 as bring the length to a step. */
function pad (text) {
  const least = text.length + 1
  const step = least <= 256 ? 32 : least <= 4096 ? 256 : 1024
  const padded = new Uint8Array(Math.ceil(least / step) * step)
  padded.set(text)
  padded[text.length] = 0x80
  return padded
}

function unpad (padded) {
  const end = padded.findLastIndex(byte => byte !== 0)
  if (padded[end] !== 0x80) throw new Error('no padding')
  return padded.slice(0, end)
}

/** Seals a text; the nonce is the program's, so that what is sealed can be compared. */
function seal (key, ad, text) {
  const padded = pad(text)
  const nonceKey = H('inkmesh 2026 private room nonce key', key)
  const nonce = blake3(join(bigEndian(ad.length, 8), ad, padded), { key: nonceKey }).slice(0, 24)
  return join(nonce, xchacha20poly1305(key, nonce, ad).encrypt(padded))
}

const open = (key, ad, sealed) => unpad(xchacha20poly1305(key, sealed.slice(0, 24), ad).decrypt(sealed.slice(24)))

/** What the members of a private room have. */
export class RoomKeys {
  constructor (secret) {
    const key = what => H(`inkmesh 2026 private room ${what}`, secret)
    this.room = H('inkmesh 2026 private room', secret)
    this.tag = key('tag of keys').slice(0, 8)
    this.epoch = new DataView(this.tag.buffer, this.tag.byteOffset).getUint32(0) || 1
    this.keys = { payload: key('payload key'), frame: key('frame key'), sync: key('sync key') }
  }

  #untag (bytes) {
    if (!equal(bytes.slice(0, 8), this.tag)) throw new Error('another tag')
    return bytes.slice(8)
  }

  /** Whether a sealed message is about this room. */
  isOf (bytes) {
    return equal(bytes.slice(1, 9), this.tag)
  }

  sealPayload (header, payload) {
    return seal(this.keys.payload, header, payload)
  }

  openPayload (header, sealed) {
    return open(this.keys.payload, header, sealed)
  }

  sealFrame (frame) {
    return join(Uint8Array.of(3), this.tag, seal(this.keys.frame, this.room, frame))
  }

  openFrame (bytes) {
    if (bytes[0] !== 3) throw new Error('a frame in the clear')
    return open(this.keys.frame, this.room, this.#untag(bytes.slice(1)))
  }

  sealMessage (from, to, message) {
    return join(Uint8Array.of(2), this.tag, seal(this.keys.sync, join(from, to), message))
  }

  openMessage (from, to, bytes) {
    if (bytes[0] !== 2) throw new Error('a message in the clear')
    return open(this.keys.sync, join(from, to), this.#untag(bytes.slice(1)))
  }
}

const check = bytes => H('inkmesh 2026 check of a ticket', bytes).slice(0, 4)

/** Returns the text of a ticket. */
export function ticket (fields) {
  const bytes = join(Uint8Array.of(1), cbor(fields))
  return `inkmesh:${base32.baseEncode(join(bytes, check(bytes))).toUpperCase()}`
}

/** Returns what a ticket says, or throws. */
export function readTicket (text) {
  const bytes = base32.baseDecode(text.replace(/\s/g, '').slice('inkmesh:'.length).toLowerCase())
  const told = bytes.slice(0, -4)
  if (told[0] !== 1 || !equal(bytes.slice(-4), check(told))) throw new Error('not a ticket')
  return uncbor(told.slice(1))
}
