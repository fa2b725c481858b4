// Every sentence that the page says, so that they are read together.
export const WORDS = {
  ready: 'A rendered person; thick lines join joints that the network is sure of. Open a picture of one person, use the camera, or tap another below.',
  loading: (name) => `Loading the network “${name}”…`,
  starting: 'Getting ready…',
  nothingMade: 'The networks for this page are missing. On the machine that serves it, run “make phone” and load this page again.',
  noRuntime: 'This browser did not start WebAssembly, which the network needs. Another browser, or a newer one, may.',
  noMemory: 'There was not enough memory for this network. Close other tabs, choose one network only, and load this page again.',
  failed: (what) => `The network could not be used: ${what}`,
  notAPicture: 'This file is not a picture that this browser can open. JPEG, PNG and WebP always can be.',
  cameraRefused: 'The camera was refused. Allow it for this page in the browser’s settings; a picture can be opened all the same.',
  noCamera: 'There is no camera here. A picture can be opened all the same.',
  cameraBusy: 'The camera did not start; another program may be using it. A picture can be opened all the same.',
  insecure: 'Browsers give the camera to pages over HTTPS or on localhost only. Start it with “make dashboard-lan”, or open a picture.',
  nobody: 'The network is not sure that there is a person.',
  found: (sure, all) => `Sure of ${sure} of ${all} joints.`,
  tryingChip: 'Trying the graphics chip…',
  chipDiffers: 'The graphics chip did not give the processor’s answers, so the processor goes on.',
  on: ({ on, threads: count }, isolated) => on === 'webgpu' ? 'It runs on the graphics chip (WebGPU).' : count > 1 ? `It runs in ${count} threads.` : isolated ? 'It runs in one thread.' : 'It runs in one thread; more need “make dashboard”.',
  about: ({ name, parameters, macs, bytes, precision }) =>
    `${name}: ${(parameters / 1e6).toFixed(2)} M parameters, ${(macs / 1e9).toFixed(2)} G multiply-adds, ${(bytes / 1e6).toFixed(1)} MB, ${precision}`,
  pck: ({ value, people }) => `, PCK ${value.toFixed(3)} on ${people} rendered people`,
  pckBeside: ({ value, dense, low, high, people }) =>
    `, PCK ${value.toFixed(3)} beside ${dense.toFixed(3)} of the same network in full on ${people} rendered people (the difference is ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} points)`,
  measuring: (name, done, all) => `Measuring ${name}: ${done} of ${all}. Keep this page in front.`,
  measured: 'Measured. Save the figures to compare several phones with phone_times.py.',
  noPicture: 'No picture yet',
  picture: (network, sure, all) => `The picture with what ${network} finds: it is sure of ${sure} of ${all} joints`,
};
