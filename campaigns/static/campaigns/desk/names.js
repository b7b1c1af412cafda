'use strict';
/* Gives names to what Django leaves without one, so that a screen reader says what it is. */
{
    /* Search boxes show what is chosen in an element that has no name of its own: it gets its field's. The box is made
       by another script, at its own time, so this one waits for it, and is there in the same moment. */
    function giveName(select) {
        const shown = document.getElementById(`select2-${select.id}-container`);
        if (shown) {
            shown.setAttribute('aria-label', select.labels[0] ? select.labels[0].textContent.trim() : select.name);
        }
        return Boolean(shown);
    }

    function nameBox(select) {
        if (!giveName(select)) {
            const watch = new MutationObserver(() => giveName(select) && watch.disconnect());
            watch.observe(select.parentElement, {childList: true, subtree: true});
        }
    }

    /* A date and a time share one label, which belongs to neither; the words before each are no label. */
    function nameParts(moment) {
        const field = moment.closest('.form-row').querySelector('label, legend');
        moment.querySelectorAll('input:not([aria-label])').forEach((input) => {
            const part = input.classList.contains('vTimeField') ? 'time' : 'date';
            input.setAttribute('aria-label', `${field ? field.textContent.trim() : ''} ${part}`.trim());
        });
    }

    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('select.admin-autocomplete').forEach(nameBox);
        document.querySelectorAll('.form-row .datetime').forEach(nameParts);
    });

    /* Django's boxes to choose several from have pictures that are described, but do not say that they are pictures. */
    window.addEventListener('load', () => {
        document.querySelectorAll('.help-tooltip[aria-label]:not([role])').forEach((picture) => {
            picture.setAttribute('role', 'img');
        });
    });
}
