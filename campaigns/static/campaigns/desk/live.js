'use strict';
/* Keeps what a page marks with data-live="SECONDS" fresh: it reads the same page again and swaps that part. Reading
   needs no script: without one, the page is as fresh as its last loading. Nobody is disturbed: nothing happens while
   the page is hidden, or while somebody selects text or types in that part; the place of the keyboard and of scroll
   bars stays. */
{
    let live = document.querySelector('[data-live]');
    const says = document.querySelector('[data-live-says]');

    function isInUse() {
        const selection = document.getSelection();
        const isSelecting = selection && !selection.isCollapsed && live.contains(selection.anchorNode);
        const focused = document.activeElement;
        return isSelecting || (live.contains(focused) && focused.matches('input, select, textarea, summary'));
    }

    function note(words) {
        const place = live.querySelector('[data-live-note]');
        if (place) {
            place.textContent = words;
        }
    }

    /* Links are found again by where they lead and by how many before them lead there too. */
    function placeOfFocus() {
        const focused = document.activeElement;
        if (!live.contains(focused) || !focused.matches('a[href]')) {
            return null;
        }
        const address = focused.getAttribute('href');
        return {address, number: linksTo(address).indexOf(focused)};
    }

    function linksTo(address) {
        return [...live.querySelectorAll('a[href]')].filter((link) => link.getAttribute('href') === address);
    }

    /* What is ill stands at the top of every page: it comes and goes with the rest. */
    function swapBanner(page) {
        const old = document.querySelector('main > .signs');
        const fresh = page.querySelector('main > .signs');
        if (old && fresh) {
            if (old.textContent !== fresh.textContent) {
                old.replaceWith(document.adoptNode(fresh));
            }
        } else if (fresh) {
            document.querySelector('main').prepend(document.adoptNode(fresh));
        } else if (old) {
            old.remove();
        }
    }

    function swap(fresh) {
        const focus = placeOfFocus();
        const scrolled = [...live.querySelectorAll('.grid-scroll')].map((box) => box.scrollLeft);
        const unfolded = [...live.querySelectorAll('details')].map((details) => details.open);
        const summary = live.dataset.liveSummary;
        live.replaceWith(fresh);
        live = fresh;
        live.querySelectorAll('.grid-scroll').forEach((box, number) => { box.scrollLeft = scrolled[number] || 0; });
        live.querySelectorAll('details').forEach((details, number) => { details.open = unfolded[number] || false; });
        if (focus) {
            const link = linksTo(focus.address)[focus.number];
            if (link) {
                link.focus({preventScroll: true});
            }
        }
        /* Only what matters is read out, and only when it has changed. */
        if (says && summary !== live.dataset.liveSummary) {
            says.textContent = live.dataset.liveSummary;
        }
    }

    async function refresh() {
        if (document.hidden || isInUse()) {
            return;
        }
        try {
            const answer = await fetch(location.href, {headers: {'Desk-Refresh': '1'}, credentials: 'same-origin'});
            const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
            const fresh = page.querySelector('[data-live]');
            if (!answer.ok || !fresh) {
                note(' · not refreshed since then: load the page again');
            } else if (!document.hidden && !isInUse()) {
                swapBanner(page);
                swap(document.adoptNode(fresh));
            }
        } catch (failure) {
            note(' · the desk does not answer: trying again');
        }
    }

    if (live) {
        setInterval(refresh, 1000 * Number(live.dataset.live));
        document.addEventListener('visibilitychange', refresh);
    }
}
