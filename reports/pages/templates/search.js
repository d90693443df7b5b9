// Which statements answer what is asked, the best answer first. INDEX is made by reports/search/index.py, which says what its weights
// are; here a text is taken apart and statements are ranked by the same rules, so that both find the same in the same order.
const { rules, words: WEIGHTS, terms, leads: [LEADS, NEXT] } = INDEX;
const FOLDS = rules.folds.map(([pattern, instead]) => [new RegExp(pattern, "gu"), instead]);
const WORD = new RegExp(rules.word, "gu"), KEEPS = new RegExp(rules.keeps, "u");
const EMPTY = new Set(rules.empty), SAME = new Map(Object.entries(rules.same));
const LONGEST = Math.max(1, ...[...SAME.keys()].map((name) => name.split(" ").length));

const plain = (text) => FOLDS.reduce((all, [pattern, instead]) => all.replace(pattern, instead), text.normalize("NFKD").toLowerCase());

function stem(word) {
  if (/^[0-9]/.test(word)) return word;
  const ends = KEEPS.test(word) ? null : rules.suffixes.find(([end, least]) => word.endsWith(end) && word.length - end.length >= least);
  const left = ends ? word.slice(0, -ends[0].length) : word;
  return left.length > 3 && left.at(-1) === left.at(-2) && left.at(-1) !== "s" ? left.slice(0, -1) : left;
}

// The words that tell what a text is about. Of names that begin at one place the longest counts.
function wordsOf(text) {
  const all = (plain(text).match(WORD) ?? []).map(stem), found = [];
  for (let place = 0; place < all.length;) {
    let length = Math.min(LONGEST, all.length - place);
    const name = () => all.slice(place, place + length).join(" ");
    while (length > 1 && !SAME.has(name())) length -= 1;
    found.push(SAME.get(name()) ?? name());
    place += length;
  }
  return found.filter((word) => !EMPTY.has(word));
}
const asked = (text) => [...new Set(wordsOf(text))];

// By the place of a statement, what a word adds to it; one that is nowhere may still be being typed.
function weights(word, best = new Map()) {
  const row = Object.hasOwn(WEIGHTS, word) ? WEIGHTS[word] : [];
  for (let n = 0; n < row.length; n += 2) best.set(row[n], Math.max(row[n + 1], best.get(row[n]) ?? 0));
  return best;
}
function typed(word) {
  if (Object.hasOwn(WEIGHTS, word)) return weights(word);
  const begun = [...Object.keys(WEIGHTS), ...SAME.keys()].filter((one) => one.startsWith(word)).map((one) => SAME.get(one) ?? one);
  return begun.reduce((best, one) => weights(one, best), new Map());
}

// How much of what is asked a name makes up, or half of how much of the name is typed already.
function fit(own, wanted) {
  if (own.length && own.every((one) => wanted.includes(one))) return new Set(own).size / wanted.length;
  return wanted.length && wanted.every((word) => own.some((one) => one.startsWith(word))) ? wanted.length / own.length / 2 : 0;
}

const NAMED = terms.map(([names, led]) => [names.map(wordsOf), led]);

// The scores of the statements that have every word, by id; those of a term that is asked for by name lead, and each statement is
// given the most that one of its terms gives.
function answers(wanted) {
  const [first = new Map(), ...others] = wanted.map(typed);
  const scores = new Map([...first].filter(([place]) => place < INDEX.claims.length && others.every((one) => one.has(place))));
  for (const one of others) for (const place of scores.keys()) scores.set(place, scores.get(place) + one.get(place));
  const most = new Map();
  for (const [names, led] of NAMED) {
    const share = Math.max(...names.map((name) => fit(name, wanted)));
    led.forEach((place, later) => {
      if (share) most.set(place, Math.max(most.get(place) ?? 0, Math.floor(share * LEADS) - later * NEXT));
    });
  }
  return new Map([...scores].map(([place, score]) => [INDEX.claims[place], score + (most.get(place) ?? 0)]));
}

// Names of terms that look like it, for somebody who mistyped or asks with a word that is nowhere.
function nearest(text, most = 4) {
  const threes = (one) => new Set([...` ${plain(one)}`].map((_, n, all) => all.slice(n, n + 3).join("")));
  const mine = threes(text);
  const like = (name) => {
    const own = threes(name);
    return 2 * [...own].filter((one) => mine.has(one)).length / (own.size + mine.size);
  };
  const best = terms.map(([names]) => names.map((name) => [like(name), name]).sort(([a], [b]) => b - a)[0]);
  return best.filter(([how]) => how > 0.2).sort(([a], [b]) => b - a).slice(0, most).map(([, name]) => name);
}
