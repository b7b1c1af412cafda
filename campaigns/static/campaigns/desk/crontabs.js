// The page of a periodic task: says in words what the chosen crontab means.
"use strict";

(() => {
    const words = JSON.parse(document.getElementById("readable-crontabs")?.textContent ?? "{}");
    const choice = document.getElementById("id_crontab");
    const help = document.querySelector(".field-crontab .help");
    if (!choice || !help) {
        return;
    }
    const meaning = document.createElement("div");
    meaning.setAttribute("aria-live", "polite");
    help.append(meaning);

    function say() {
        const found = words[choice.value];
        meaning.textContent = found ? `Means: ${found}` : "";
    }

    choice.addEventListener("change", say);
    say();
})();
