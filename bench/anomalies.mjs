// How `bellwether anomalies` does on the Numenta Anomaly Benchmark, beside a z-score and MAD, the detectors that most tools offer.
//   node bench/anomalies.mjs FOLDER
// FOLDER holds the benchmark's series, category/file.csv, and its windows.json (or labels/combined_windows.json under that name).
//
// The rule is the benchmark's own: a window counts once, more the earlier it is found; what lies outside of windows costs, less just behind
// one; the first 15 % of a series do not count; the best threshold over all series is taken for every detector.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const binary = process.env.BELLWETHER ?? new URL('../build/release/bellwether', import.meta.url).pathname;
const profiles = { standard: [1, 0.11, 1], 'low FP': [1, 0.22, 1], 'low FN': [1, 0.11, 2] };

const sigmoid = (x) => (x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1);
const earliest = sigmoid(-1);

/** Each row that counts: its score, its window (none outside) and what finding it is worth, at most 1. */
function rows(times, scores, windows) {
  const n = times.length;
  const bounds = windows.map(([from, to]) => [times.findIndex((time) => time >= from.slice(0, 19)), times.findLastIndex((time) => time <= to.slice(0, 19))]);
  const probation = Math.floor(Math.min(0.15 * n, 0.15 * 5000));
  const worth = (k) => {
    const window = bounds.findIndex(([first, last]) => first <= k && k <= last);
    if (window >= 0) {
      const [first, last] = bounds[window];
      return { window, value: sigmoid(-(last - k + 1) / (last - first + 1)) / earliest };
    }
    const before = bounds.filter(([, last]) => last < k).sort((a, b) => b[1] - a[1])[0];
    return { value: before ? sigmoid((k - before[1]) / Math.max(before[1] - before[0], 1)) : -1 };
  };
  return scores.map((score, k) => ({ score, ...worth(k) })).slice(probation);
}

/** The normalised score of a profile, at the threshold that is best for all series together. */
function best(series, [hit, alarm, miss]) {
  const events = series.flatMap(({ rows: list }, file) => list.map((row) => ({ ...row, file }))).sort((a, b) => b.score - a.score);
  const windows = series.reduce((sum, { windows: own }) => sum + own, 0);
  const nothing = -miss * windows;
  const found = new Map();
  let score = nothing;
  let top = score;
  for (let k = 0; k < events.length; ++k) {
    const { file, window, value } = events[k];
    if (window === undefined) {
      score += value * alarm;
    } else {
      const key = `${file}/${window}`;
      const before = found.get(key);
      if (before === undefined || value > before) {
        score += before === undefined ? miss + value * hit : (value - before) * hit;
        found.set(key, value);
      }
    }
    if (k + 1 === events.length || events[k + 1].score < events[k].score) top = Math.max(top, score);
  }
  return (100 * (top - nothing)) / (hit * windows - nothing);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** How many deviations a value lies from the centre of the values before it. */
function windowed(size, centre, spread) {
  return (values) => values.map((value, k) => {
    const past = values.slice(Math.max(0, k - size), k);
    if (past.length < 10) return 0;
    const middle = centre(past);
    return Math.abs(value - middle) / (spread(past, middle) || 1e-9 * (Math.abs(middle) + 1e-9));
  });
}
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const zScore = (size) => windowed(size, average, (past, middle) => Math.sqrt(average(past.map((value) => (value - middle) ** 2))));
/** Where more than half of the values are the same the median deviation is 0, and the mean one is taken, as its authors advise. */
const mad = (size) => windowed(size, median, (past, middle) => {
  const deviations = past.map((value) => Math.abs(value - middle));
  return 1.4826 * median(deviations) || 1.2533 * average(deviations);
});

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node bench/anomalies.mjs FOLDER (with category/file.csv and windows.json)');
  process.exit(2);
}
const labels = Object.entries(JSON.parse(readFileSync(join(folder, 'windows.json'), 'utf8')));
const data = labels.map(([name, windows]) => {
  const lines = readFileSync(join(folder, name), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
  return { name, windows, times: lines.map(([time]) => time.slice(0, 19)), values: lines.map(([, value]) => Number(value)) };
});

function ours({ name }) {
  const { status, stdout, stderr } = spawnSync(binary, ['anomalies', join(folder, name)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').slice(1).map((line) => Number(line.split(',').at(-1)));
}

const detectors = { bellwether: ours };
for (const size of [30, 100, 300, 1000]) {
  detectors[`z-score, ${size} values`] = ({ values }) => zScore(size)(values);
  detectors[`MAD, ${size} values`] = ({ values }) => mad(size)(values);
}
console.log(`${data.length} series, ${data.reduce((sum, { windows }) => sum + windows.length, 0)} windows`);
console.log(`| detector | ${Object.keys(profiles).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(profiles).length)}`);
for (const [name, detector] of Object.entries(detectors)) {
  const series = data.map((each) => ({ windows: each.windows.length, rows: rows(each.times, detector(each), each.windows) }));
  console.log(`| ${name} | ${Object.values(profiles).map((profile) => best(series, profile).toFixed(1)).join(' | ')} |`);
}
