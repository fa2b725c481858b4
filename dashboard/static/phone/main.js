// Wires the page: where pictures come from, which networks look at them, what is shown.
import { cameraProblem, createCamera } from './camera.js';
import { SIZE } from './decode.js';
import { createEngine, problemOf, threadsOf } from './engine.js';
import { hasGraphics, tryGraphics } from './graphics.js';
import { chartOf, measure } from './measure.js';
import { keepOffline } from './offline.js';
import { createFrames, openPicture } from './picture.js';
import { createCutter } from './pixels.js';
import { readSettings, writeSettings } from './settings.js';
import { middleSquare, squareAround, wholeSquare } from './square.js';
import { rateOf } from './times.js';
import { createView } from './views.js';
import { WORDS } from './words.js';

const LEVELS = ['64 × 64', '32 × 32', '16 × 16', '8 × 8'];
const RATE_OVER = 60; // frames

const at = (id) => document.getElementById(id);
const page = at('page'), body = at('times').tBodies[0];
const views = [...document.querySelectorAll('.view')].map((figure) => createView(figure, body.insertRow()));
const cut = createCutter(), frame = createFrames(), camera = createCamera();
let processor, engine, networks = [], settings, picture = null, square = null, live = null, facing = 'environment';
let nearer = null; // the square around the joints found last
let busy = false, again = false, moments = [], held = false;

const say = (text) => { at('message').textContent = text; };
const personIn = (image) => ({ image, width: image.naturalWidth, height: image.naturalHeight });
const chosen = () => [settings.first, settings.second].filter(Boolean).map((name) => networks.find((each) => each.name === name));

await begin();

async function begin() {
  say(WORDS.starting);
  await keepOffline();
  const made = await fetch('made/networks.json').then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  networks = (made?.networks ?? []).filter((each) => each.offered);
  if (!networks.length) { page.dataset.state = 'nothing'; say(WORDS.nothingMade); return; }
  const names = networks.map(({ name }) => name);
  settings = readSettings(location.hash, names);
  engine = processor = createEngine(threadsOf(location, self.crossOriginIsolated, navigator.hardwareConcurrency));
  const graphics = await hasGraphics();
  at('chip').parentElement.hidden = !graphics;
  settings.chip &&= graphics;
  fillChoices(made);
  wire();
  await openNetworks();
  showSettings();
  await showFirst();
}

// Somebody to look at, unless a picture was opened meanwhile.
async function showFirst() {
  const image = at('people').querySelector('img');
  if (!image || picture || live || page.dataset.state !== 'ready') return;
  try { await image.decode(); } catch { return; }
  if (!picture && !live) show(personIn(image), at('message').textContent);
}

function fillChoices(made) {
  for (const [id, value] of [['first', settings.first], ['second', settings.second]]) {
    for (const { name, bytes } of networks) at(id).add(new Option(`${name} (${(bytes / 1e6).toFixed(1)} MB)`, name));
    at(id).value = value;
  }
  LEVELS.forEach((level, skip) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', textContent: level });
    button.onclick = () => change({ mask: [...settings.mask].map((on, other) => (other === skip ? 1 - on : on)).join('') });
    at('skips').append(button);
  });
  made.people.forEach((file, number) => {
    const button = document.createElement('button'), image = new Image();
    Object.assign(image, { src: `made/${file}`, alt: '' });
    Object.assign(button, { type: 'button', ariaLabel: `Rendered person ${number + 1}` });
    button.append(image);
    button.onclick = async () => { await image.decode(); show(personIn(image)); };
    at('people').append(button);
  });
  showSettings();
}

function showSettings() {
  at('skeleton').checked = settings.skeleton;
  at('heatmaps').checked = settings.heatmaps;
  at('chip').checked = settings.chip;
  [...at('skips').querySelectorAll('button')].forEach((button, skip) => button.setAttribute('aria-pressed', String(settings.mask[skip] === '1')));
  const [first, second] = chosen();
  views[1].hide(!second);
  const scored = ({ pck }) => (!pck ? '' : 'difference' in pck ? WORDS.pckBeside(pck) : WORDS.pck(pck));
  const told = [first, second].filter(Boolean).map((network) => `${WORDS.about(network)}${scored(network)}.`);
  at('about').textContent = [...told, WORDS.on(engine, self.crossOriginIsolated)].join(' ');
}

function change(some) {
  Object.assign(settings, some);
  history.replaceState(null, '', `${location.pathname}${location.search}${writeSettings(settings, networks.map(({ name }) => name))}`);
  showSettings();
  look();
}

async function openNetworks() {
  page.dataset.state = 'opening';
  if (engine !== processor) { engine.end(); engine = processor; }
  const wanted = chosen();
  let told = '';
  try {
    for (const network of wanted) { say(WORDS.loading(network.name)); await processor.open(network); }
    await processor.keep(wanted.map(({ name }) => name));
    if (settings.chip) {
      say(WORDS.tryingChip);
      const chip = await tryGraphics(processor, createEngine(1, 'webgpu'), wanted, await somePixels());
      engine = chip ?? processor;
      if (!chip) { settings.chip = false; told = WORDS.chipDiffers; }
    }
    page.dataset.state = 'ready';
    at('measure').disabled = false;
    say(told || (picture ? '' : WORDS.ready));
  } catch (error) {
    page.dataset.state = 'failed';
    say(problemOf(error, WORDS));
  }
}

function wire() {
  at('file').onchange = async ({ target }) => {
    const [file] = target.files;
    target.value = '';
    if (!file) return;
    let opened;
    try { opened = await openPicture(file); } catch { say(WORDS.notAPicture); return; }
    show(opened);
  };
  at('camera').onclick = () => (live ? stopCamera() : startCamera());
  at('turn').onclick = () => { facing = facing === 'user' ? 'environment' : 'user'; startCamera(); };
  at('closer').onclick = () => { if (nearer) { square = nearer; look(); } };
  at('whole').onclick = () => { square = wholeSquare(picture.width, picture.height); look(); };
  for (const id of ['skeleton', 'heatmaps']) at(id).onchange = ({ target }) => change({ [id]: target.checked });
  for (const id of ['first', 'second']) {
    at(id).onchange = async ({ target }) => {
      settings[id] = target.value;
      await openNetworks();
      change({});
    };
  }
  at('chip').onchange = async ({ target }) => {
    settings.chip = target.checked;
    await openNetworks();
    change({});
  };
  at('measure').onclick = measurePhone;
  document.addEventListener('visibilitychange', () => { if (live && !document.hidden) look(); });
}

// A picture that stays, and what is said meanwhile.
function show(opened, said = '') {
  stopCamera();
  picture = opened;
  square = wholeSquare(picture.width, picture.height);
  if (page.dataset.state === 'ready') say(said);
  look();
}

async function startCamera() {
  if (!navigator.mediaDevices?.getUserMedia) { say(cameraProblem(null, WORDS)); return; }
  try {
    live = await camera.start(facing);
    square = null;
    moments = [];
    say('');
    showSources();
    look();
  } catch (error) {
    stopCamera();
    say(cameraProblem(error, WORDS));
  }
}

function stopCamera() {
  camera.stop();
  live = null;
  at('rate').textContent = '';
  showSources();
}

function showSources() {
  at('camera').setAttribute('aria-pressed', String(Boolean(live)));
  at('turn').hidden = !live;
  at('closer').hidden = at('whole').hidden = Boolean(live) || !picture;
  at('closer').disabled = !nearer;
}

// Looks at what is there now; asked again meanwhile, once more afterwards.
async function look() {
  if (busy || held) { again = true; return; }
  busy = true;
  do { again = false; await lookOnce(); } while (again && !held);
  busy = false;
}

async function lookOnce() {
  if (live) picture = frame(live);
  if (!picture || page.dataset.state !== 'ready') return;
  square ??= middleSquare(picture.width, picture.height);
  const seen = picture, through = square, found = [];
  try {
    for (const [number, network] of chosen().entries()) {
      found.push(await views[number].look(engine, network, seen, through, cut, settings, Boolean(live) && facing === 'user'));
    }
  } catch (error) {
    if (page.dataset.state === 'opening') return; // another engine takes over
    page.dataset.state = 'failed';
    say(problemOf(error, WORDS));
    return;
  }
  const [{ points, sure }] = found;
  nearer = squareAround(points, sure, seen.width, seen.height);
  if (live) {
    // The box of the next frame comes from the joints of this one.
    square = nearer ?? middleSquare(seen.width, seen.height);
    moments = [...moments, performance.now()].slice(-RATE_OVER);
    const rate = rateOf(moments);
    at('rate').textContent = rate === null ? '' : `${rate.toFixed(1)} frames a second`;
    if (!document.hidden) requestAnimationFrame(look);
  }
  showSources();
  page.dispatchEvent(new CustomEvent('looked', { detail: found }));
}

// The square that is looked at, or the first of the people, or grey.
async function somePixels() {
  if (picture && square) return cut(picture.image, square);
  const image = at('people').querySelector('img');
  if (!image) return new Uint8ClampedArray(4 * SIZE * SIZE).fill(128);
  await image.decode();
  return cut(image, wholeSquare(image.naturalWidth, image.naturalHeight));
}

async function measurePhone() {
  stopCamera();
  held = true;
  at('measure').disabled = true;
  const rgba = await somePixels();
  try {
    const found = await measure(engine, networks, rgba, (done, all) => say(WORDS.measuring(networks.map(({ name }) => name).join(', '), done, all)));
    at('chart').replaceChildren(chartOf(found));
    const file = new Blob([JSON.stringify(found, null, 1)], { type: 'application/json' });
    if (at('save').href) URL.revokeObjectURL(at('save').href);
    Object.assign(at('save'), { href: URL.createObjectURL(file), download: 'phone-times.json', hidden: false });
    at('chart').hidden = false;
    say(WORDS.measured);
  } catch (error) {
    say(problemOf(error, WORDS));
  }
  await engine.keep(chosen().map(({ name }) => name));
  at('measure').disabled = held = false;
  if (again) look();
}
