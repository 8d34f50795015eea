// Reads the sentence of the first page aloud, with a voice that is on this device: nothing goes
// over the network. Without a voice for the language of the page the button stays hidden.
(() => {
  "use strict";
  const button = document.getElementById("speak");
  const speech = window.speechSynthesis;
  if (!button || !speech) return;
  const lang = document.documentElement.lang;

  const voice = () => speech.getVoices().find((voice) => voice.localService && voice.lang.toLowerCase().startsWith(lang));
  const offer = () => { button.hidden = !voice(); };

  button.addEventListener("click", () => {
    if (speech.speaking) {
      speech.cancel(); // a second press is "stop"
      return;
    }
    const said = new SpeechSynthesisUtterance(document.querySelector(".say").textContent);
    said.voice = voice();
    said.lang = said.voice.lang;
    said.rate = 0.9;
    speech.speak(said);
  });
  speech.addEventListener("voiceschanged", offer);
  offer();
})();
