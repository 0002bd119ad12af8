// A short tone when a notification arrives, for who asked for it in this browser; off until then.
// Browsers let a page sound only after somebody has clicked on it; before that it stays silent.
const KEY = 'optria.sound';
const TONE_HZ = [660, 880];
const TONE_S = 0.14;
const LOUDNESS = 0.08;

export function soundIsOn() {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
}

function setSound(isOn) {
  try {
    localStorage.setItem(KEY, isOn ? 'on' : 'off');
  } catch {
    // Storage may be switched off; then there is no sound.
  }
}

export function chime() {
  if (!soundIsOn() || !globalThis.AudioContext) return;
  const audio = new AudioContext();
  const volume = audio.createGain();
  volume.gain.value = LOUDNESS;
  volume.connect(audio.destination);
  TONE_HZ.forEach((hz, nth) => {
    const tone = audio.createOscillator();
    tone.frequency.value = hz;
    tone.connect(volume);
    tone.start(audio.currentTime + nth * TONE_S);
    tone.stop(audio.currentTime + (nth + 1) * TONE_S);
    if (nth === TONE_HZ.length - 1) tone.addEventListener('ended', () => audio.close());
  });
}

export function startSound() {
  const box = document.querySelector('[data-notification-sound]');
  if (!box) return;
  box.checked = soundIsOn();
  box.addEventListener('change', () => {
    setSound(box.checked);
    chime();
  });
}
