'use strict';
/* Filters open as menus. This closes an open one with Escape, or with a click beside it, and lets people find what they
   want in a long one by typing; without a script they open and close all the same. */
{
    const LONG = 11;
    const open = () => document.querySelectorAll('#changelist-filter details[open]');
    const plain = (text) => text.trim().toLocaleLowerCase();

    const narrow = (choices, part) => choices.forEach((choice) => {
        choice.hidden = !plain(choice.textContent).includes(plain(part));
    });

    const addBox = (menu, choices) => {
        const place = document.createElement('li');
        const box = document.createElement('input');
        box.type = 'search';
        box.placeholder = 'Type a part of it';
        box.setAttribute('aria-label', `Find in ${menu.querySelector('summary').firstChild.textContent.trim()}`);
        box.addEventListener('input', () => narrow(choices, box.value));
        box.addEventListener('keydown', (event) => {
            if (event.key === 'Enter') {
                choices.find((choice) => !choice.hidden)?.querySelector('a').click();
            }
        });
        menu.addEventListener('toggle', () => {
            if (menu.open) {
                box.focus();
            }
        });
        place.className = 'find';
        place.append(box);
        menu.querySelector('ul').prepend(place);
    };

    document.querySelectorAll('#changelist-filter details').forEach((menu) => {
        const choices = [...menu.querySelectorAll('li')];
        if (choices.length > LONG) {
            addBox(menu, choices);
        }
    });
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
