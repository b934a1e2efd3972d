/*
 * programs.js - prefix and format expressions as tiny backtracking programs
 *
 * Of two alternatives these expressions take the first that leads to a match,
 * not the longest, and they capture groups. Steps: SET mask, SPLIT (try the next
 * step first, then the one this far ahead), JUMP ahead, SAVE slot, END (of the
 * digits), MATCH.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';
const { parsePattern } = require('./patterns');

const OPS = { SET: 0, SPLIT: 1, JUMP: 2, SAVE: 3, END: 4, MATCH: 5 };
const MAX_ARGUMENT = 0x1fff;

class Programs {
    constructor() {
        this.steps = [[OPS.MATCH, 0]];      /* 0 = no program */
        this.positions = new Map();
    }

    emit(op, argument) {
        this.steps.push([OPS[op], argument]);
        return this.steps.length - 1;
    }

    /* A split or jump leads to the step that comes next. */
    land(step) {
        this.steps[step][1] = this.steps.length - step;
        if (this.steps[step][1] > MAX_ARGUMENT) throw new Error('program too long');
    }

    emitTree(tree) {
        switch (tree.op) {
        case 'set': this.emit('SET', tree.mask); break;
        case 'end': this.emit('END', 0); break;
        case 'cat': tree.list.forEach((part) => this.emitTree(part)); break;
        case 'group':
            this.emit('SAVE', 2 * (tree.group - 1));
            this.emitTree(tree.item);
            this.emit('SAVE', 2 * (tree.group - 1) + 1);
            break;
        case 'alt': this.emitAlternatives(tree.list); break;
        case 'rep': this.emitRepeat(tree); break;
        }
    }

    emitAlternatives(list) {
        const jumps = [];
        list.forEach((part, i) => {
            const split = i + 1 < list.length ? this.emit('SPLIT', 0) : -1;
            this.emitTree(part);
            if (split >= 0) {
                jumps.push(this.emit('JUMP', 0));
                this.land(split);
            }
        });
        for (const jump of jumps) this.land(jump);
    }

    emitRepeat(tree) {
        const splits = [];
        for (let i = 0; i < tree.max; i++) {
            if (i >= tree.min) splits.push(this.emit('SPLIT', 0));
            this.emitTree(tree.item);
        }
        for (const split of splits) this.land(split);
    }

    /* Position of a compiled expression, 0 = none. 'whole': up to the end. */
    add(text, whole = false) {
        if (!text) return 0;
        const key = text + (whole ? '$' : '');
        if (!this.positions.has(key)) {
            this.positions.set(key, this.steps.length);
            this.emitTree(parsePattern(text));
            if (whole) this.emit('END', 0);
            this.emit('MATCH', 0);
        }
        return this.positions.get(key);
    }
}

module.exports = { Programs };
