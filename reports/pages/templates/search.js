// Which statements answer what is asked, the best answer first. Every word that is asked for has to stand in a statement's texts,
// or in a term of the vocabulary that leads to it: [names, claims], the best answer first. A term asked for by name leads.
const WORTH = { says: 8, named: 5, id: 4, teach: 2, rest: 1 };
const TERM_LEADS = 60; // more than a few words in a statement are worth
const EMPTY = new Set("a an and are as at by do does for how i in is it of on or the to was what when which why with".split(" "));

// Accents, hyphens, quotation marks and the side of the Atlantic make no difference; "vanishing" and "vanishes" are sought as
// "vanish".
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
  .replace(/iz(?=e|ing|ation)/g, "is").replace(/ll(?=ing|ed)/g, "l")
  .replace(/[-‐-―_/,;:!?"“”'’‘()]|\.(?!\d)/g, " ").replace(/\s+/g, " ").trim();
const stem = (word) => word.replace(/^(\p{L}{4,}(?:ing|ed)|\p{L}{5,}es)$/u, (all) => all.replace(/(?:ing|ed|es)$/, ""))
  .replace(/^(\p{L}{3,}[^s\W])s$/u, "$1");
const joined = (text) => (text.match(/\p{L}+(?:[-‐‑]\p{L}+)+/gu) ?? []).map((one) => one.replace(/[-‐‑]/g, "")).join(" ");
const wordsOf = (text) => plain(text).split(" ").filter(Boolean).map(stem);

function asked(text) {
  const all = wordsOf(text), telling = all.filter((word) => !EMPTY.has(word));
  return telling.length ? telling : all;
}

// Short words must begin one: "RNN" is not sought in the middle of others.
const stands = (word, text) => text.includes(` ${word}`) || (word.length > 3 && text.includes(word));

// How well a name fits: wholly, as a part of what is asked, or as something that is still being typed.
function fit(name, words) {
  const own = asked(name);
  if (own.every((one) => words.includes(one))) return own.length / words.length;
  return words.every((word) => own.some((one) => one.startsWith(word))) ? words.length / own.length / 2 : 0;
}

function entry(id, texts, terms) {
  const leads = terms.filter(([, claims]) => claims.includes(id));
  const named = leads.flatMap(([names]) => names).join(" ");
  const found = Object.entries({ ...texts, id, named });
  return { id, leads, texts: Object.fromEntries(found.map(([name, text]) => [name, ` ${plain(`${text} ${joined(text)}`)}`])) };
}

function score({ id, leads, texts }, words) {
  let sum = 0;
  for (const word of words) {
    const best = Math.max(0, ...Object.keys(WORTH).filter((name) => stands(word, texts[name] ?? "")).map((name) => WORTH[name]));
    if (!best) return 0;
    sum += best / words.length;
  }
  for (const [names, claims] of leads) {
    const best = Math.max(...names.map((name) => fit(name, words)));
    if (best) sum += best * TERM_LEADS - 3 * claims.indexOf(id);
  }
  return Math.max(sum, 0.1);
}

// Names of terms that look like it, for somebody who mistyped or asks with a word that is nowhere.
function nearest(text, terms, most = 4) {
  const threes = (one) => new Set([...` ${plain(one)}`].map((_, n, all) => all.slice(n, n + 3).join("")));
  const mine = threes(text);
  const like = (name) => {
    const own = threes(name);
    return 2 * [...own].filter((one) => mine.has(one)).length / (own.size + mine.size);
  };
  const best = terms.map(([names]) => names.map((name) => [like(name), name]).sort(([a], [b]) => b - a)[0]);
  return best.filter(([how]) => how > 0.2).sort(([a], [b]) => b - a).slice(0, most).map(([, name]) => name);
}
