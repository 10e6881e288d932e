// A client in one room: the transport, gossip, sync and guesses of PROTOCOL.md over js-libp2p.
import { gossipsub } from '@chainsafe/libp2p-gossipsub'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { blake3 } from '@noble/hashes/blake3'
import { lpStream } from 'it-length-prefixed-stream'
import { createLibp2p } from 'libp2p'
import { Waiting } from './wait.js'
import {
  authorOf, bigEndian, cbor, equal, hex, Identity, inOrder, join, Log, operation, peerId, readOperation, roomId, topic, uncbor, utf8, verify
} from './wire.js'

const SYNC = '/inkmesh/sync/2'
const GUESS = '/inkmesh/guess/1'
const MIB = 1024 * 1024

/** Messages in CBOR, each after its length in 4 bytes; `seal` = {keys, us, them} seals and opens them. */
function messages (stream, maxDataLength, seal = null) {
  const lengthEncoder = length => bigEndian(length, 4)
  const lengthDecoder = bytes => {
    if (bytes.byteLength < 4) throw new RangeError('not all of the length')
    return bytes.getUint32(0)
  }
  const framed = lpStream(stream, { lengthEncoder, lengthDecoder, maxLengthLength: 4, maxDataLength })
  const closed = message => seal ? seal.keys.sealMessage(seal.us, seal.them, cbor(message)) : cbor(message)
  const open = bytes => {
    // About a room of which we don't have the keys.
    if (bytes[0] === 2 && !seal?.keys.isOf(bytes)) return 'sealed'
    return uncbor(seal ? seal.keys.openMessage(seal.them, seal.us, bytes) : bytes)
  }
  return {
    send: message => framed.write(closed(message)),
    sendClear: message => framed.write(cbor(message)),
    receive: async () => open((await framed.read()).slice()),
    /** The next message, or null where the stream has ended. */
    next: async () => (await framed.read().catch(() => null).then(bytes => bytes && open(bytes.slice())))
  }
}

export class Client extends Waiting {
  log = new Log()
  live = []
  /** Operations in the order in which they came, own ones too. */
  arrived = []
  /** Returns the reply to a guess, or to a report that a guess was close. */
  answer = () => ({ refused: 'not_guessing' })
  served = 0

  /** `room` is the name of a public room, or the keys of a private one. */
  constructor (secret, room) {
    super()
    this.identity = new Identity(secret)
    this.keys = typeof room === 'string' ? null : room
    this.room = this.keys?.room ?? roomId(room)
    this.topic = topic(this.room)
    this.own = []
    this.chain = BigInt('0x' + Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex'))
  }

  async start () {
    this.node = await createLibp2p({
      privateKey: await generateKeyPairFromSeed('Ed25519', this.identity.secret),
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: {
        identify: identify(),
        ping: ping(),
        pubsub: gossipsub({
          globalSignaturePolicy: 'StrictNoSign',
          msgIdFn: ({ data }) => blake3(data[0] === 3 ? data : data.slice(0, -64)),
          allowPublishToZeroTopicPeers: true
        })
      }
    })
    this.gossip = this.node.services.pubsub
    this.gossip.topicValidators.set(this.topic, (_, { data }) => this.#receive(data))
    this.gossip.subscribe(this.topic)
    this.gossip.addEventListener('subscription-change', () => this.changed())
    const answering = answer => ({ stream, connection }) => {
      const them = authorOf(connection.remotePeer.toString())
      return answer(stream, them).catch(error => this.#broken(stream, error))
    }
    await this.node.handle(SYNC, answering((stream, them) => this.#serve(stream, them)))
    await this.node.handle(GUESS, answering(stream => this.#reply(stream)))
  }

  stop () {
    return this.node?.stop()
  }

  #broken (stream, error) {
    stream.abort(error)
    // The program may end a stream at any time; but it may not send what can't be read.
    if (error.name.startsWith('Stream')) return
    this.error = error
    this.changed()
  }

  dial (address) {
    return this.node.dial(multiaddr(address))
  }

  /** Waits until a peer is in the room. */
  meet (author) {
    const find = () => this.gossip.getSubscribers(this.topic).some(peer => peer.toString() === peerId(author))
    return this.until('somebody in the room', find)
  }

  /** Waits for an operation of this kind whose content `matches`. */
  operation (what, kind, matches) {
    return this.until(what, () => {
      if (this.error) throw this.error
      return this.arrived.find(operation => operation.kind === kind && matches(operation.content, operation))
    })
  }

  /** Signs an operation behind all that was seen, without publishing it. */
  write (kind, content) {
    const last = this.own.at(-1)
    const seen = this.arrived.reduce((time, operation) => (operation.time > time ? operation.time : time), 0n)
    const now = BigInt(Date.now()) << 16n
    const time = now > seen ? now : seen + 1n
    const header = { room: this.room, log: this.chain, seq: this.own.length, backlink: last?.id ?? null, time }
    const written = operation(this.identity, header, kind, content, this.keys)
    this.own.push(written)
    this.take(written)
    return written
  }

  publish (kind, content) {
    return this.forward(this.write(kind, content))
  }

  /** Sends an operation to the room, our own or another's. */
  async forward (operation) {
    this.take(operation)
    await this.#send(join(Uint8Array.of(0), operation.bytes))
    return operation
  }

  /** Publishes a live stroke: the points from number `from` on of a stroke whose pen is still down. */
  async publishLive (tag, from, stroke) {
    const body = cbor([this.identity.author, tag, from, stroke])
    const signature = this.identity.sign(utf8('inkmesh live 2'), this.room, body)
    await this.#send(join(Uint8Array.of(1), body, signature))
  }

  #send (frame) {
    return this.gossip.publish(this.topic, this.keys?.sealFrame(frame) ?? frame)
  }

  #sealWith (them) {
    return this.keys && { keys: this.keys, us: this.identity.author, them }
  }

  /** Takes an operation into the log; returns whether it was new. */
  take (operation) {
    if (this.log.has(operation.id)) return false
    this.log.add(operation)
    this.arrived.push(operation)
    this.changed()
    return true
  }

  /** Judges a gossip frame, and takes it. */
  #receive (message) {
    try {
      const data = this.keys?.openFrame(message) ?? message
      if (data[0] === 0) {
        const operation = readOperation(data.slice(1), this.keys)
        if (!equal(operation.room, this.room)) return 'reject'
        this.take(operation)
        return 'accept'
      }
      if (data[0] !== 1) return 'ignore'
      const body = data.slice(1, -64)
      const [author, tag, from, stroke] = uncbor(body)
      if (!verify(author, data.slice(-64), utf8('inkmesh live 2'), this.room, body)) return 'reject'
      this.live.push({ author, tag, from, stroke })
      this.changed()
      return 'accept'
    } catch (error) {
      this.error = error
      this.changed()
      return 'reject'
    }
  }

  #open (author, protocol) {
    return this.node.dialProtocol(peerIdFromString(peerId(author)), protocol)
  }

  /** Catches up with a peer, the last `newest` operations first if that is given; returns how many operations came. */
  async catchUp (author, newest = 0) {
    const stream = await this.#open(author, SYNC)
    const { send, receive } = messages(stream, 2 * MIB + 4096, this.#sealWith(author))
    const take = async () => {
      let count = 0
      for (let answer; (answer = await receive()) !== 'end';) {
        const operations = answer.operations.operations.map(bytes => readOperation(bytes, this.keys))
        const ordered = operations.every((operation, index) => !index || inOrder(operations[index - 1], operation) < 0)
        if (!operations.length || !ordered) throw new Error('an answer that is empty or not in order')
        count += operations.filter(operation => this.take(operation)).length
      }
      return count
    }
    await send({ hello: { room: this.room, digest: this.log.digest(), clock: Date.now() } })
    const answer = await receive()
    let count = 0
    if (answer.frontier) {
      const wants = this.log.missing(answer.frontier.heads)
      if (newest) {
        await send({ newest: { limit: newest, after: 0 } })
        count += await take()
      }
      if (wants.length) {
        await send({ fetch: { wants } })
        count += await take()
      }
    } else if (!answer.same) {
      throw new Error(`no catching up: ${JSON.stringify(answer)}`)
    }
    await stream.close()
    return count
  }

  async #serve (stream, them) {
    const { send, sendClear, next } = messages(stream, 2 * MIB + 4096, this.#sealWith(them))
    const { hello } = await next()
    if (!hello) {
      await sendClear('not_here')
    } else if (!equal(hello.room, this.room)) {
      await send('not_here')
    } else if (equal(hello.digest, this.log.digest())) {
      await send({ same: { neighbours: [], clock: Date.now() } })
    } else {
      const heads = this.log.heads()
      await send({ frontier: { heads, neighbours: [], clock: Date.now() } })
      for (let request; (request = await next());) {
        const found = request.newest
          ? this.log.ordered().filter(operation => operation.time > BigInt(request.newest.after)).slice(-request.newest.limit)
          : request.fetch.wants.flatMap(want => this.log.wanted(want, heads)).sort(inOrder)
        for (let index = 0; index < found.length; index += 8) {
          await send({ operations: { operations: found.slice(index, index + 8).map(operation => operation.bytes) } })
        }
        await send('end')
        this.served += found.length
      }
    }
    this.changed()
    await stream.close()
  }

  async #reply (stream) {
    const { send, receive } = messages(stream, 2048)
    await send(this.answer(await receive()))
    await stream.close()
  }

  /** Sends a guess to the drawer, or a report that a guess was close to its author; returns the reply. */
  async guess (author, request) {
    const stream = await this.#open(author, GUESS)
    const { send, receive } = messages(stream, 2048)
    await send(request)
    const reply = await receive()
    await stream.close()
    return reply
  }
}

