// The camera's picture, as long as it is asked for.

/** Which sentence says why there is no camera. */
export function cameraProblem(error, words) {
  if (!error) return words.insecure;
  if (error.name === 'NotAllowedError' || error.name === 'SecurityError') return words.cameraRefused;
  if (error.name === 'NotFoundError' || error.name === 'OverconstrainedError') return words.noCamera;
  return words.cameraBusy;
}

/** @returns {{start: (facing: 'user'|'environment') => Promise<HTMLVideoElement>, stop: () => void}} */
export function createCamera(media = navigator.mediaDevices) {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true });
  const camera = {
    async start(facing) {
      camera.stop();
      const wanted = { facingMode: facing, width: { ideal: 640 }, height: { ideal: 480 } };
      video.srcObject = await media.getUserMedia({ audio: false, video: wanted });
      await video.play();
      return video;
    },
    stop() {
      video.srcObject?.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
    },
  };
  return camera;
}
