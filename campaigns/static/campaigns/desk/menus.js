'use strict';
/* Filters open as menus. This closes an open one with Escape, or with a click beside it; without a script they open and
   close all the same. */
{
    const open = () => document.querySelectorAll('#changelist-filter details[open]');

    document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') {
            open().forEach((menu) => {
                menu.open = false;
                menu.querySelector('summary').focus();
            });
        }
    });
    document.addEventListener('click', (event) => {
        open().forEach((menu) => {
            if (!menu.contains(event.target)) {
                menu.open = false;
            }
        });
    });
}
