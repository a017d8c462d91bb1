// Something new while nobody looks: the tab's title counts, and a sound is made where the visitor has not muted it.

let title = null;
let audio = null;

/** The tab is called what it was called before. */
function restore() {
  if (title !== null) document.title = title;
  title = null;
}

document.addEventListener("visibilitychange", () => document.hidden || restore());

/** `unread` messages, of which the last came now if it `rings`. Only a hidden tab changes its title. */
export function news(_, [unread, rings]) {
  if (!unread) restore();
  else if (document.hidden) document.title = `(${unread}) ${(title ??= document.title)}`;
  if (rings) ring();
}

/** Two soft notes, by one tab of the site at a time: the lock stays for as long as they sound. */
function ring() {
  const locks = navigator.locks;
  if (!locks) return play();
  return locks.request("gms-chat-sound", { ifAvailable: true }, (lock) => lock && play());
}

async function play() {
  try {
    audio ??= new AudioContext();
    // Before the visitor has touched the page this never comes to an end.
    await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
    if (audio.state !== "running") return;
    [660, 880].forEach((pitch, index) => note(pitch, audio.currentTime + index * 0.14));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  } catch {
    // A browser without sound, or without a device for it.
  }
}

function note(pitch, at) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.45);
}
