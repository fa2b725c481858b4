// A picture of one's own, or one of the rendered people, as something that can be drawn.
const MOST = 2048; // pixels along the longer side; larger ones only take memory

/** @typedef {{image: CanvasImageSource, width: number, height: number}} Picture */

/** Upright, and smaller where it is huge. Rejects what is no picture.
 * @param {Blob} file
 * @returns {Promise<Picture>} */
export async function openPicture(file) {
  let image = await createImageBitmap(file);
  const factor = MOST / Math.max(image.width, image.height);
  if (factor < 1) {
    const large = image;
    const size = { resizeWidth: Math.max(1, Math.round(large.width * factor)), resizeHeight: Math.max(1, Math.round(large.height * factor)) };
    image = await createImageBitmap(large, { ...size, resizeQuality: 'high' });
    large.close();
  }
  return { image, width: image.width, height: image.height };
}

/** One frame of a video, which does not change while networks look at it.
 * @param {HTMLVideoElement} video
 * @returns {Picture} */
export function createFrames() {
  const canvas = document.createElement('canvas');
  return (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.getContext('2d').drawImage(video, 0, 0);
    return { image: canvas, width, height };
  };
}
