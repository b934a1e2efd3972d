/*
 * policy-fields.mjs ROOT RUFNAME - docs/policy-fields.md against the program
 *
 * Every field that "policy show" prints is in the document, with its default at
 * each level; every field of the document is known to "policy check".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [root, rufname] = process.argv.slice(2)
const levels = ['basic', 'enhanced', 'high']
/* Of fields without a default, and of one that would ask for a PIN. */
const examples = {
    schema: 'rufname.policy/1', version: 1, filters: [],
    'auth.tenant': 'muster.example', 'auth.client_id': '00000000-0000-0000-0000-000000000001',
    'auth.scopes': ['User.Read.All'], 'auth.endpoints.login': 'https://login.muster.example',
    'auth.endpoints.graph': 'https://graph.muster.example',
    'auth.endpoints.sources': ['https://crm.muster.example'],
    'network.proxy': 'http://proxy.muster.example:8080',
    'network.ca_pem': '-----BEGIN CERTIFICATE-----',
    'region.default': 'DE', 'actions.dialer': 'specific', 'actions.dialer_scheme': 'dienst',
    'branding.support': 'help@muster.example', 'branding.privacy_url': 'https://muster.example/',
    'branding.logo_png': undefined, /* a picture: tests/policy has one */
    'protection.pin.required': false,
    'protection.min_os': { version: '15.0.0', action: 'warn' },
    'protection.max_os': { version: '99.0.0', action: 'warn' },
    'protection.min_app': { version: '0.0.1', action: 'warn' },
    'sources[].id': 'CRM', 'sources[].kind': 'dataverse', 'sources[].name': 'Kunden',
    'sources[].priority': 50, 'sources[].mailboxes': ['vertrieb@muster.example'],
    'sources[].url': 'https://crm.muster.example', 'sources[].container': 'kontakte',
    'sources[].table': 'contacts', 'sources[].columns': { id: 'contactid' },
    'sources[].server_filter': "statecode eq 0"
}
const mistakes = []

/* Fields of the document: path -> one default per level, as JSON, or null. */
function documented(text) {
    const fields = new Map()
    let prefix = ''
    for (const line of text.split('\n')) {
        if (line.startsWith('## ')) prefix = line === '## Sources' ? 'sources[].' : ''
        if (!line.startsWith('| `')) continue
        const cells = line.split(' | ').map((cell) => cell.replace(/^\| |\s*\|$/g, ''))
        const defaults = (prefix === '' && cells[0].includes('protection.') ? cells.slice(2, 5)
            : [cells[2], cells[2], cells[2]]).map((cell) => /^`(.*)`$/.exec(cell)?.[1] ?? null)
        for (const [, name] of cells[0].matchAll(/`([^`]+)`/g)) fields.set(prefix + name, defaults)
    }
    return fields
}

function leaves(value, path, out) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length === 0) {
        if (path === 'sources') leaves(value[0], 'sources[]', out)
        else out.set(path, JSON.stringify(value))
        return out
    }
    for (const key of Object.keys(value)) leaves(value[key], path === '' ? key : `${path}.${key}`, out)
    return out
}

function put(document, path, value) {
    const keys = path.replace('sources[]', 'sources.0').split('.')
    let at = document
    keys.slice(0, -1).forEach((key, i) => { at = at[key] ??= keys[i + 1] === '0' ? [] : {} })
    at[keys.at(-1)] = value
}

function compareDefaults(fields, folder) {
    levels.forEach((level, i) => {
        const home = join(folder, level)
        const file = `${home}.json`
        writeFileSync(file, JSON.stringify({ schema: 'rufname.policy/1', version: 1, level,
            protection: { pin: { required: false } }, sources: [{ id: 'FILES', kind: 'file' }] }))
        execFileSync(rufname, ['--quiet', '--home', home, 'init', '--policy', file])
        const shown = leaves(JSON.parse(execFileSync(rufname, ['--home', home, 'policy', 'show'])), '', new Map())
        for (const [path, value] of shown) {
            const said = fields.get(path)
            if (said === undefined) mistakes.push(`${path} is not in the document`)
            else if (path !== 'level' && !(path in examples) && said[i] !== null &&
                JSON.stringify(JSON.parse(said[i])) !== value)
                mistakes.push(`${path} at ${level} is ${value}, the document says ${said[i]}`)
        }
        if (shown.size < 60) mistakes.push(`policy show prints ${shown.size} fields only`)
    })
}

function checkAll(fields, folder) {
    const document = {}
    const file = join(folder, 'all.json')
    for (const [path, defaults] of fields) {
        const value = path in examples ? examples[path] : defaults[1] === null ? null : JSON.parse(defaults[1])
        if (value === null) mistakes.push(`${path} has neither a default nor an example`)
        else put(document, path, value)
    }
    writeFileSync(file, JSON.stringify(document))
    const check = spawnSync(rufname, ['policy', 'check', file], { encoding: 'utf8' })
    const said = `${check.stdout}${check.stderr}`
    if (check.status !== 0 || !said.includes('0 errors, 0 warnings')) mistakes.push(said)
}

const folder = mkdtempSync(join(tmpdir(), 'policy-fields-'))
try {
    const fields = documented(readFileSync(join(root, 'docs/policy-fields.md'), 'utf8'))
    compareDefaults(fields, folder)
    checkAll(fields, folder)
} catch (error) {
    mistakes.push(`${error.message}\n${error.stdout ?? ''}`)
} finally {
    rmSync(folder, { recursive: true })
}
mistakes.forEach((mistake) => console.error(mistake))
process.exit(mistakes.length === 0 ? 0 : 1)
