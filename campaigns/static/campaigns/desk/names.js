'use strict';
/* Django's search boxes show what is chosen in an element that has no name of its own: it gets its field's. The box is
   made by another script, at its own time, so this one looks for it for a while. */
{
    const TRIES = 50;

    function giveName(select, tries) {
        const shown = document.getElementById(`select2-${select.id}-container`);
        if (shown) {
            shown.setAttribute('aria-label', select.labels[0] ? select.labels[0].textContent.trim() : select.name);
        } else if (tries) {
            setTimeout(giveName, 100, select, tries - 1);
        }
    }

    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('select.admin-autocomplete').forEach((select) => giveName(select, TRIES));
    });
}
