// Strokes, sheets and their pictures: "Payloads" and "Pixels" of PROTOCOL.md.
import { equal, H, join } from './wire.js'

const WIDTH = 1600
const HEIGHT = 1200
const MAX_POINTS = 512
/** Units of a stroke's points: quarters of a pixel. */
const MAX_X = 4 * WIDTH
const MAX_Y = 4 * HEIGHT
const REACH = 4096

/** The adaptive Rice code of a path, for writing and reading. `next(u)` writes u, or reads one when `u` is undefined. */
function riceCode (bits) {
  let mean = 64
  return u => {
    const k = mean >> 3 ? 31 - Math.clz32(mean >> 3) : 0
    if (u === undefined) {
      let ones = 0
      while (ones < 12 && bits.read(1)) ones += 1
      u = ones === 12 ? bits.read(15) : (ones << k) + bits.read(k)
    } else if (u >> k < 12) {
      for (let ones = u >> k; ones > 0; ones -= 1) bits.write(1, 1)
      bits.write(0, 1)
      bits.write(u & ((1 << k) - 1), k)
    } else {
      bits.write(0xfff, 12)
      bits.write(u, 15)
    }
    mean = mean - (mean >> 3) + u
    return u
  }
}

class Bits {
  constructor (bytes = []) {
    this.bits = Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('')
    this.at = 0
  }

  write (value, count) {
    if (count) this.bits += value.toString(2).padStart(count, '0')
  }

  read (count) {
    if (this.at + count > this.bits.length) throw new Error('a path that ends early')
    this.at += count
    return count ? parseInt(this.bits.slice(this.at - count, this.at), 2) : 0
  }

  bytes () {
    const padded = this.bits.padEnd(Math.ceil(this.bits.length / 8) * 8, '0')
    return Uint8Array.from(padded.match(/.{8}/g), byte => parseInt(byte, 2))
  }
}

/** Returns the value that is predicted for the next difference of a coordinate, from the differences before. */
const predicted = ([d1 = 0, d2]) => (d2 === undefined ? d1 : (d1 + d2) >> 1)

/** Encodes points [[x, y] …] in quarter units. */
export function encodePoints (points) {
  const bits = new Bits()
  const code = riceCode(bits)
  bits.write(points.length - 1, 9)
  points[0].forEach(coordinate => bits.write(coordinate, 13))
  const differences = [[], []]
  points.slice(1).forEach((point, index) => {
    for (const axis of [0, 1]) {
      const difference = point[axis] - points[index][axis]
      const error = difference - predicted(differences[axis])
      code(error < 0 ? -2 * error - 1 : 2 * error)
      differences[axis] = [difference, differences[axis][0]]
    }
  })
  return bits.bytes()
}

/** Decodes the points of a stroke; throws on any bytes but the one form that a path has. */
export function decodePoints (bytes) {
  const bits = new Bits(bytes)
  const code = riceCode(bits)
  const count = bits.read(9) + 1
  const points = [[bits.read(13), bits.read(13)]]
  const differences = [[], []]
  while (points.length < count) {
    const point = [0, 1].map(axis => {
      const u = code()
      const difference = predicted(differences[axis]) + (u & 1 ? -(u + 1) / 2 : u / 2)
      differences[axis] = [difference, differences[axis][0]]
      return points.at(-1)[axis] + difference
    })
    points.push(point)
  }
  const outside = points.some(([x, y]) => x < 0 || y < 0 || x > MAX_X || y > MAX_Y)
  if (outside || count > MAX_POINTS || !equal(encodePoints(points), bytes)) throw new Error('not a path')
  return points
}

/** Returns the square root of a number below 2^53, rounded down. */
function isqrt (number) {
  const root = Math.floor(Math.sqrt(number))
  return root * root > number ? root - 1 : (root + 1) * (root + 1) <= number ? root + 1 : root
}

/** Returns the least and the greatest integer x for which `low <= slope * x + constant <= high`, or null. */
function solve (slope, constant, low, high) {
  if (slope === 0) return low <= constant && constant <= high ? [-Infinity, Infinity] : null
  const [from, to] = slope > 0 ? [low, high] : [high, low]
  const range = [Math.ceil((from - constant) / slope), Math.floor((to - constant) / slope)]
  return range[0] <= range[1] ? range : null
}

/** Returns the corners of the outline of a shape between two points, in eighths of a pixel. */
function outline (tool, [[x0, y0], [x1, y1]]) {
  if (tool === 'line') return [[x0, y0], [x1, y1]]
  if (tool === 'rectangle') return [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
  const [a, b] = [Math.abs(x1 - x0) / 2, Math.abs(y1 - y0) / 2]
  const rounded = (numerator, denominator) => Math.floor((2 * numerator + denominator) / (2 * denominator))
  const quarter = Array.from({ length: 129 }, (_, t) => [
    rounded(a * (16384 - t * t), 16384 + t * t), rounded(b * 256 * t, 16384 + t * t)
  ])
  const back = [...quarter].reverse()
  const around = [
    ...quarter, ...back.map(([x, y]) => [-x, y]), ...quarter.map(([x, y]) => [-x, -y]), ...back.map(([x, y]) => [x, -y])
  ]
  return around.map(([x, y]) => [(x0 + x1) / 2 + x, (y0 + y1) / 2 + y])
}

/** The picture of a sheet. */
export class Picture {
  pixels = new Uint32Array(WIDTH * HEIGHT).fill(0xffffff)

  /** Draws a mark: {stroke}, {fill} or {clear}. */
  draw (mark) {
    if (mark.stroke) this.#stroke(mark.stroke)
    else if (mark.fill) this.#fill(mark.fill)
    else this.pixels.fill(0xffffff)
  }

  #stroke ([, tool, color, width, bytes]) {
    const points = decodePoints(bytes).map(([x, y]) => [2 * x, 2 * y])
    const path = tool === 'pen' || tool === 'eraser' ? points : outline(tool, points)
    const ink = tool === 'eraser' ? 0xffffff : (color[0] << 16) | (color[1] << 8) | color[2]
    const radius2 = Math.max((4 * width) ** 2, 32)
    if (path.length === 1) path.push(path[0])
    path.slice(1).forEach((point, index) => this.#segment(path[index], point, radius2, ink))
  }

  #segment ([x0, y0], [x1, y1], radius2, ink) {
    const [dx, dy] = [x1 - x0, y1 - y0]
    const length2 = dx * dx + dy * dy
    const across = isqrt(radius2 * length2)
    const radius = isqrt(radius2)
    const first = Math.max(0, Math.floor((Math.min(y0, y1) - radius) / 8) - 1)
    const last = Math.min(HEIGHT - 1, Math.ceil((Math.max(y0, y1) + radius) / 8))
    const circle = (x, y) => {
      const rest = radius2 - y * y
      return rest < 0 ? null : [x - isqrt(rest), x + isqrt(rest)]
    }
    for (let row = first; row <= last; row += 1) {
      const y = 8 * row + 4
      const ranges = [circle(x0, y - y0), circle(x1, y - y1)]
      const along = length2 > 0 && solve(dx, (y - y0) * dy - x0 * dx, 0, length2)
      const beside = along && solve(dy, -x0 * dy - (y - y0) * dx, -across, across)
      if (beside) {
        const both = [Math.max(along[0], beside[0]), Math.min(along[1], beside[1])]
        if (both[0] <= both[1]) ranges.push(both)
      }
      const covered = ranges.filter(range => range)
      if (!covered.length) continue
      const from = Math.max(0, Math.ceil((Math.min(...covered.map(range => range[0])) - 4) / 8))
      const to = Math.min(WIDTH - 1, Math.floor((Math.max(...covered.map(range => range[1])) - 4) / 8))
      if (from <= to) this.pixels.fill(ink, row * WIDTH + from, row * WIDTH + to + 1)
    }
  }

  #fill ({ at: [x, y], color }) {
    const ink = (color[0] << 16) | (color[1] << 8) | color[2]
    const start = Math.min(HEIGHT - 1, y >> 2) * WIDTH + Math.min(WIDTH - 1, x >> 2)
    const old = this.pixels[start]
    if (old === ink) return
    const waiting = [start]
    for (let at; (at = waiting.pop()) !== undefined;) {
      if (this.pixels[at] !== old) continue
      this.pixels[at] = ink
      if (at % WIDTH > 0) waiting.push(at - 1)
      if (at % WIDTH < WIDTH - 1) waiting.push(at + 1)
      if (at >= WIDTH) waiting.push(at - WIDTH)
      if (at < WIDTH * (HEIGHT - 1)) waiting.push(at + WIDTH)
    }
  }

  digest () {
    const bytes = new Uint8Array(3 * this.pixels.length)
    this.pixels.forEach((pixel, at) => bytes.set([pixel >> 16, (pixel >> 8) & 255, pixel & 255], 3 * at))
    return H('inkmesh 2026 digest of a raster', bytes)
  }
}

/** Reads an operation of kind 3 or 5 as {board, author, step}, a stroke as a step too; null for others. */
export function sheetStep ({ kind, author, content }) {
  if (kind === 5) return { author, ...content }
  if (kind !== 3) return null
  const [turn, stroke] = content
  const board = turn === null ? 'free' : { turn: { game: turn[0], turn: turn[1] } }
  return { board, author, step: { stroke } }
}

/** Returns the marks that are shown, of the steps of one sheet in their order. */
export function shownMarks (steps) {
  const numberOf = step => BigInt(step.stroke?.[0] ?? Object.values(step)[0].stroke)
  const isMark = step => !step.undo && !step.redo
  const off = new Set()
  steps.forEach(({ author, step }, index) => {
    if (isMark(step)) return
    const first = Math.max(0, index - REACH)
    const mine = steps.slice(first, index).map((other, at) => [other, first + at]).filter(([other]) => equal(other.author, author))
    const same = mine.filter(([other]) => numberOf(other.step) === numberOf(step))
    const lastUndo = same.filter(([other]) => other.step.undo).at(-1)?.[1] ?? -1
    const lastMark = mine.filter(([other]) => isMark(other.step)).at(-1)?.[1] ?? -1
    if (step.redo && lastUndo <= lastMark) return
    for (const [, at] of same.filter(([other]) => isMark(other.step))) step.undo ? off.add(at) : off.delete(at)
  })
  const on = steps.filter(({ step }, index) => isMark(step) && !off.has(index)).map(({ step }) => step)
  const shown = on.slice(on.findLastIndex(step => step.clear) + 1)
  let fills = 0
  return shown.filter(step => !step.fill || (fills += 1) <= 4096)
}

/** Returns what `canvas` of the JSON lines is for these operations of the visible sheet. */
export const sheetDigest = operations => H('inkmesh 2026 digest of a sheet', join(...operations.map(({ id }) => id)))
