// reader.mjs - a reader of directory.ruf, written from docs/index-format.md
//
//   node reader.mjs FILE KEY-IN-HEX
//
// Shares no code with the library: what the document does not say, this cannot
// know. Prints what tests/lookup/dump_index.c prints.
//
// SPDX-License-Identifier: Apache-2.0
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'

const file = readFileSync(process.argv[2])
const master = Buffer.from(process.argv[3], 'hex')

function refuse(why) {
  console.error(why)
  process.exit(1)
}

// --- header ------------------------------------------------------------------

if (file.length < 184 || file.toString('latin1', 0, 8) !== 'RUFNAME\x1a')
  refuse('no Rufname index')
if (file.readUInt32LE(8) !== 8) refuse('another version')
const count = file.readUInt32LE(20)
const headerSize = file.readUInt32LE(12)
if (headerSize !== 80 + 40 * count + 64) refuse('header size')
const body = headerSize - 64
const digest = createHash('sha256').update(file.subarray(0, body)).digest()
if (!digest.equals(file.subarray(body, body + 32))) refuse('header damaged')
const salt = file.subarray(40, 72)
const derive = info => Buffer.from(hkdfSync('sha256', master, salt, info, 32))
const mac = createHmac('sha256', derive('rufname/1 idx/hdr'))
  .update(file.subarray(0, body + 32)).digest()
if (!mac.equals(file.subarray(body + 32, headerSize))) refuse('another key')
if (Number(file.readBigUInt64LE(24)) !== file.length) refuse('file size')
const blockKey = derive(
  Buffer.concat([Buffer.from('rufname/1 idx/blk'), digest]))

// --- sections ----------------------------------------------------------------

function readSection(entry) {
  const kind = file.readUInt32LE(entry)
  const size = file.readUInt32LE(entry + 8)
  const blocks = Number(file.readBigUInt64LE(entry + 16))
  const offset = Number(file.readBigUInt64LE(entry + 24))
  const first = file.readBigUInt64LE(entry + 32)
  const plain = []
  for (let i = 0; i < blocks; i++) {
    const at = offset + i * (size + 16)
    const nonce = Buffer.alloc(12)
    nonce.writeBigUInt64BE(first + BigInt(i), 4)
    const aad = Buffer.alloc(48)
    digest.copy(aad)
    aad.writeUInt32LE(kind, 32)
    aad.writeUInt32LE(size, 36)
    aad.writeBigUInt64LE(BigInt(i), 40)
    const gcm = createDecipheriv('aes-256-gcm', blockKey, nonce)
    gcm.setAAD(aad)
    gcm.setAuthTag(file.subarray(at + size, at + size + 16))
    plain.push(gcm.update(file.subarray(at, at + size)), gcm.final())
  }
  return [kind, { bytes: Buffer.concat(plain), size, blocks }]
}

const sections = new Map()
for (let i = 0; i < count; i++) {
  const [kind, section] = readSection(80 + 40 * i)
  sections.set(kind, section)
}
const bytesOf = kind => sections.get(kind).bytes

class Reader {
  constructor(bytes, at = 0) { this.bytes = bytes; this.at = at }
  u8() { return this.bytes[this.at++] }
  u32() { this.at += 4; return this.bytes.readUInt32LE(this.at - 4) }
  u64() { this.at += 8; return this.bytes.readBigUInt64LE(this.at - 8) }
  little(size) {
    let value = 0n
    for (let i = size - 1; i >= 0; i--)
      value = value << 8n | BigInt(this.bytes[this.at + i])
    this.at += size
    return value
  }
  take(size) { this.at += size; return this.bytes.subarray(this.at - size, this.at) }
  varint() {
    let value = 0, scale = 1, byte
    do {
      byte = this.u8()
      value += (byte & 127) * scale
      scale *= 128
    } while (byte >= 128)
    return value
  }
  text() { return this.take(this.varint()) }
}

// --- META --------------------------------------------------------------------

const meta = new Reader(bytesOf(1))
const [entryCount, contactCount] = [Number(meta.u64()), Number(meta.u64())]
for (let i = 0; i < 6; i++) meta.u64()
const pageCount = meta.u32()
meta.u32(); meta.u32()
const [upperWidth, ownerWidth] = [meta.u32(), meta.u32()]
for (let i = 0; i < 6; i++) meta.u32()
const secret = meta.take(192)
const [trunkCount, heldCount] = [meta.u32(), meta.u32()]
meta.u32()
const blockedCount = meta.u32()
const photoCount = meta.u32()

// --- numbers and labels ------------------------------------------------------

const tailAt = step => new Reader(bytesOf(9), 4 * step).text()

function * entries() {
  const { bytes, size, blocks } = sections.get(2)
  for (let block = 0; block < blocks; block++) {
    const reader = new Reader(bytes, block * size)
    let number = reader.u64()
    const header = reader.u32()
    reader.u32()
    for (let left = header & 0xffff; left > 0; left--) {
      const first = reader.u8()
      const tail = reader.u8() | reader.u8() << 8
      number += reader.little([1, 2, 3, 8][first & 3])
      let length = first >> 2
      if (length === 63) length = Number(reader.little(2))
      const head = reader.take(length)
      yield { number, label: Buffer.concat([head, tailAt(tail)]).toString() }
    }
  }
}

const mask64 = (1n << 64n) - 1n
const rotate = (x, n) => (x << n | x >> (64n - n)) & mask64

// XXH3_64bits_withSecret() of the eight bytes of a number.
function hashNumber(number) {
  const keyed = rotate(number, 32n) ^
    secret.readBigUInt64LE(8) ^ secret.readBigUInt64LE(16)
  let h = keyed ^ rotate(keyed, 49n) ^ rotate(keyed, 24n)
  h = h * 0x9fb21c651e98df25n & mask64
  h ^= (h >> 35n) + 8n
  h = h * 0x9fb21c651e98df25n & mask64
  return h ^ h >> 28n
}

function ownersOf(value) {
  if (value < contactCount) return [value]
  const words = new Reader(bytesOf(4), 4 * (value - contactCount))
  return Array.from({ length: words.u32() }, () => words.u32())
}

function lookUp(number) {
  const hash = hashNumber(number)
  const home = (hash >> 32n) * BigInt(pageCount) >> 32n
  for (let n = 0n; n < 64n; n++) {
    const block = home / 4n + n / 4n * (hash >> 8n & 255n | 1n)
    const at = block % BigInt(pageCount / 4) * 4n + (home + n) % 4n
    const page = bytesOf(3).subarray(256 * Number(at), 256 * Number(at) + 256)
    for (let slot = 0; slot < page[0]; slot++) {
      if (BigInt(page.readUInt32LE(10 + 4 * slot)) !== (number & 0xffffffffn))
        continue
      const row = new Reader(page, page[2 + slot])
      if (row.little(upperWidth) !== number >> 32n) continue
      const owners = ownersOf(Number(row.little(ownerWidth)))
      const tail = Number(row.little(2))
      const length = row.u8()
      let head
      if (length === 255) {
        const long = new Reader(bytesOf(11), row.u32())
        head = long.take(Number(long.little(2)))
      } else {
        head = row.take(length)
      }
      return { label: Buffer.concat([head, tailAt(tail)]).toString(), owners }
    }
    if ((page[1] >> Number(hash & 7n) & 1) === 0) break
  }
  return { label: '?', owners: [] }
}

let seen = 0
for (const { number, label } of entries()) {
  const found = lookUp(number)
  console.log([`E${number}`, label, found.label, ...found.owners].join('|'))
  seen++
}
if (seen !== entryCount) refuse('count of entries')

// --- contacts ----------------------------------------------------------------

const textAt = step => new Reader(bytesOf(10), 4 * step).text()

function reference(reader) {
  const value = reader.varint()
  if (value === 0) return Buffer.alloc(0)
  return value === 1 ? reader.text() : textAt(value - 2)
}

function record(kind, offsets, number) {
  const block = 1024 * Math.floor(number / 253)
  const at = block + 8 + 4 * (number % 253)
  const base = Number(bytesOf(offsets).readBigUInt64LE(block))
  return new Reader(bytesOf(kind).subarray(
    base + bytesOf(offsets).readUInt32LE(at),
    base + bytesOf(offsets).readUInt32LE(at + 4)))
}

function expand(shape, digits) {
  const out = []
  let at = 0
  for (const step of shape) {
    if (step >= 0x20) { out.push(step); continue }
    const take = step === 1
      ? digits.length - at
      : step <= 4 ? step - 1 : step - 0x10
    if (step === 1 || step > 0x10)
      for (let i = 0; i < take; i++) out.push(digits.charCodeAt(at + i))
    at += take
  }
  return Buffer.from(out)
}

function readNumber(reader) {
  const head = reader.u8()
  const e164 = head & 32 ? 0n : reader.little(head & 16 ? 8 : 6)
  const form = reader.varint()
  let raw = Buffer.alloc(0)
  if (form === 1) raw = reader.text()
  else if (form > 1) raw = expand(textAt(form - 2), e164.toString())
  return { e164, kind: head & 7, emitted: head & 8 ? 0 : 1, raw, sources: 1 }
}

const accents = Object.assign(Object.create(null),
  { ß: 'ss', æ: 'ae', þ: 'th', ç: 'c', ð: 'd', ñ: 'n', ø: 'o' },
  ...[['à á â ã å', 'a'], ['è é ê ë', 'e'], ['ì í î ï', 'i'],
    ['ò ó ô õ', 'o'], ['ù ú û', 'u'], ['ý ÿ', 'y']]
    .flatMap(([from, to]) => from.split(' ').map(letter => ({ [letter]: to }))))
const umlauts = { ä: 'ae', ö: 'oe', ü: 'ue' }

function spell(name, plain) {
  return Array.from(name, c => c === 'ẞ' || c === 'Ÿ' ? c : c.toLowerCase())
    .map(c => /^[a-z0-9]$/.test(c)
      ? c
      : umlauts[c] ? umlauts[c].slice(0, plain ? 1 : 2) : accents[c] ?? '')
    .join('')
}

function mail(shape, given, family, reader) {
  const steps = [,
    () => spell(given), () => spell(family), () => spell(given).slice(0, 1),
    () => spell(given, true), () => spell(family, true),
    () => reader.text().toString()]
  return Array.from(shape.toString(), c =>
    c < ' ' ? steps[c.charCodeAt(0)]() : c).join('')
}

function readContact(number) {
  const reader = record(5, 6, number)
  const id = reader.take(16).toString('hex')
  const head = reader.u8()
  const sources = reference(reader).toString()
  const given = reference(reader).toString()
  const family = reference(reader).toString()
  const display = [() => reference(reader).toString(),
    () => `${given} ${family}`, () => `${family}, ${given}`][head & 3]()
  const rest = [reference(reader), reference(reader), reference(reader)]
    .map(String)
  const numbers = Array.from({ length: reader.varint() }, () => readNumber(reader))
  const emails = Array.from({ length: reader.varint() }, () => {
    const form = reader.varint()
    const text = form === 1
      ? reader.text().toString()
      : mail(textAt(form - 2), given, family, reader)
    return { text, sources: 1 }
  })
  const fields = [given, family, display, ...rest]
  let credits = fields.map(text => text === '' ? 0 : 1)
  if (head & 4) {
    credits = fields.map(() => reader.varint())
    for (const value of [...numbers, ...emails]) value.sources = reader.varint()
  }
  if (reader.at !== reader.bytes.length) refuse(`contact ${number}`)
  return [`C${number}`, id, ...fields, ...credits,
    ...numbers.flatMap(n =>
      [`${n.e164},${n.kind},${n.emitted},${n.sources}`, n.raw]),
    ...emails.flatMap(e => [e.text, e.sources]),
    ...(sources === '' ? [] : sources.split('\x1f'))].join('|')
}

function readIdentity(number) {
  const reader = record(12, 13, number)
  const hashId = reader.take(16).toString('hex')
  const presence = reader.u8()
  const ids = Array.from({ length: reader.varint() }, () => {
    const source = reference(reader).toString()
    if (reader.u8() === 0) return [source, reader.text().toString()]
    const hex = reader.take(16).toString('hex')
    return [source, hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')]
  })
  return [`I${number}`, hashId, ...ids.flat(),
    presence > 0 ? ids[presence - 1][1] : ''].join('|')
}

for (let i = 0; i < contactCount; i++) {
  console.log(readContact(i))
  console.log(readIdentity(i))
}

// --- trunks ------------------------------------------------------------------

// A number below each trunk, the longest prefix of which it is.
for (let i = 0; i < trunkCount; i++) {
  const row = new Reader(bytesOf(16), 16 * i)
  const prefix = row.u64()
  const [digits, more] = [row.u8(), row.u8()]
  const size = Number(row.little(2))
  const at = 16 * trunkCount + 8 * heldCount + row.u32()
  const label = bytesOf(16).toString('utf8', at, at + size)
  if (more < 1) refuse('a trunk without extensions')
  console.log(`T${prefix / 10n ** BigInt(18 - digits)}7|${label}|1`)
}
for (let i = 0; i < heldCount; i++)
  console.log(`H${bytesOf(16).readBigUInt64LE(16 * trunkCount + 8 * i)}|0`)

// --- numbers to block --------------------------------------------------------

for (let i = 0; i < blockedCount; i++)
  console.log(`B${bytesOf(17).readBigUInt64LE(8 * i)}`)

// --- photos ------------------------------------------------------------------

for (let i = 0; i < photoCount; i++) {
  const row = new Reader(bytesOf(19), 16 * i)
  const contact = row.u32()
  const size = Number(row.little(2))
  const source = row.u8()
  row.u8()
  const at = Number(row.u64())
  const photo = bytesOf(18).subarray(at, at + size)
  const type = photo[0] === 0x89 ? 1 : 0
  const sum = photo.reduce((a, b) => (Math.imul(a, 31) + b) >>> 0, 0)
  console.log(`P${contact}|${size}|${type}|${source}|${sum}`)
}
