/*
 * patterns.js - libphonenumber's number patterns to shared automata
 *
 * parsePattern() reads the regular expressions that the metadata uses: digits,
 * classes, groups, alternatives, bounded repeats, '$'. An Nfa takes any number
 * of them, each with a tag; a Pool turns such machines into deterministic rows
 * and keeps equal rows once, over all calling codes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

/* --- regular expressions to trees ------------------------------------------- */

const ALL_DIGITS = 0x3ff;

function parsePattern(text) {
    let at = 0, groups = 0;
    const fail = () => { throw new Error(`cannot read pattern ${text} at ${at}`); };
    function alternatives() {
        const list = [sequence()];
        while (text[at] === '|') { at++; list.push(sequence()); }
        return list.length === 1 ? list[0] : { op: 'alt', list };
    }
    function sequence() {
        const list = [];
        while (at < text.length && text[at] !== '|' && text[at] !== ')')
            list.push(repeated());
        return { op: 'cat', list };
    }
    function repeated() {
        let item = atom();
        for (;;) {
            if (text[at] === '?') { at++; item = { op: 'rep', item, min: 0, max: 1 }; }
            else if (text[at] === '{') {
                const m = /^\{(\d+)(,(\d+))?\}/.exec(text.slice(at));
                if (!m) fail();
                at += m[0].length;
                item = { op: 'rep', item, min: +m[1], max: m[2] ? +m[3] : +m[1] };
            } else return item;
        }
    }
    function atom() {
        const c = text[at++];
        if (c === '(') {
            let group = 0;
            if (text.startsWith('?:', at)) at += 2; else group = ++groups;
            const item = alternatives();
            if (text[at++] !== ')') fail();
            return group ? { op: 'group', item, group } : item;
        }
        if (c === '[') return set();
        if (c === '\\' && text[at] === 'd') { at++; return { op: 'set', mask: ALL_DIGITS }; }
        if (c === '$') return { op: 'end' };
        if (c >= '0' && c <= '9') return { op: 'set', mask: 1 << +c };
        if (c === '~') return { op: 'set', mask: 0 }; /* no digit is one */
        at--;
        return fail();
    }
    function set() {
        let mask = 0;
        while (text[at] !== ']') {
            if (text[at] === '\\' && text[at + 1] === 'd') { mask |= ALL_DIGITS; at += 2; continue; }
            const from = +text[at++];
            let to = from;
            if (text[at] === '-') { to = +text[at + 1]; at += 2; }
            if (!(from <= to)) fail();
            for (let d = from; d <= to; d++) mask |= 1 << d;
        }
        at++;
        return { op: 'set', mask };
    }
    const tree = alternatives();
    if (at !== text.length) fail();
    return tree;
}

/* How many digits an expression matches at most. */
function longest(text) {
    const digits = (tree) => {
        switch (tree.op) {
        case 'set': return 1;
        case 'end': return 0;
        case 'cat': return tree.list.reduce((sum, part) => sum + digits(part), 0);
        case 'alt': return Math.max(...tree.list.map(digits));
        case 'rep': return tree.max * digits(tree.item);
        default: return digits(tree.item);
        }
    };
    return text ? digits(parsePattern(text)) : 0;
}

/* --- nondeterministic automata ------------------------------------------------ */

class Nfa {
    constructor() {
        this.states = [];       /* { edges: [[mask, to]], empty: [to], tag } */
        this.start = this.add();
    }

    add(tag) {
        this.states.push({ edges: [], empty: [], tag });
        return this.states.length - 1;
    }

    /* Adds a tree behind a state; returns the state it ends in. */
    append(tree, from) {
        const { states } = this;
        switch (tree.op) {
        case 'set': {
            const to = this.add();
            states[from].edges.push([tree.mask, to]);
            return to;
        }
        case 'cat': return tree.list.reduce((at, part) => this.append(part, at), from);
        case 'group': return this.append(tree.item, from);
        case 'alt': {
            const to = this.add();
            for (const part of tree.list)
                states[this.append(part, from)].empty.push(to);
            return to;
        }
        case 'rep': {
            let at = from;
            for (let i = 0; i < tree.min; i++) at = this.append(tree.item, at);
            const to = this.add();
            states[at].empty.push(to);
            for (let i = tree.min; i < tree.max; i++) {
                at = this.append(tree.item, at);
                states[at].empty.push(to);
            }
            return to;
        }
        }
        throw new Error(`no ${tree.op} in a number pattern`);
    }

    /* The whole text must match. */
    addPattern(text, tag) {
        const end = this.append(parsePattern(text), this.start);
        this.states[end].empty.push(this.add(tag));
    }

    /* The text must match at its beginning. */
    addPrefix(text, tag) {
        const end = this.append(parsePattern(text), this.start);
        const rest = this.add(tag);
        this.states[end].empty.push(rest);
        this.states[rest].edges.push([ALL_DIGITS, rest]);
    }

    closure(set) {
        const seen = new Set(set), stack = [...seen];
        while (stack.length)
            for (const to of this.states[stack.pop()].empty)
                if (!seen.has(to)) { seen.add(to); stack.push(to); }
        return [...seen].sort((a, b) => a - b);
    }

    tags(set) {
        return set.map((s) => this.states[s].tag).filter((t) => t !== undefined);
    }

    step(set, digit) {
        const to = [];
        for (const s of set)
            for (const [mask, t] of this.states[s].edges)
                if (mask >> digit & 1) to.push(t);
        return to.length ? this.closure(to) : null;
    }
}

/* --- one pool of shared deterministic states ------------------------------------ */

const MAX_DIGITS = 17;      /* longest national number that is parsed */

/* A row is ten next rows and a label; row 0 is "no label, no way on". */
class Pool {
    constructor() {
        this.rows = [];
        this.numbers = new Map();
        this.row(Array(10).fill(0), 0);
    }

    row(next, label) {
        const key = next.join() + '/' + label;
        if (!this.numbers.has(key)) {
            this.numbers.set(key, this.rows.length);
            this.rows.push({ next, label });
        }
        return this.numbers.get(key);
    }

    /* labelOf(tags, length) names the row reached by length digits. Returns
     * the root's row. */
    add(nfa, labelOf) {
        const memo = new Map();
        const visit = (set, depth) => {
            const key = set.join() + '@' + depth;
            if (memo.has(key)) return memo.get(key);
            const next = Array(10).fill(0);
            for (let digit = 0; digit < 10 && depth < MAX_DIGITS; digit++) {
                const to = nfa.step(set, digit);
                if (to) next[digit] = visit(to, depth + 1);
            }
            const number = this.row(next, labelOf(nfa.tags(set), depth));
            memo.set(key, number);
            return number;
        };
        return visit(nfa.closure([nfa.start]), 0);
    }
}

module.exports = { parsePattern, longest, Nfa, Pool };
