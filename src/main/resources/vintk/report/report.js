'use strict';
(() => {
  const { head, models } = JSON.parse(document.getElementById('report').textContent);
  const { caption, notes, statistics } = head;
  const FIRST = 500;
  const byId = id => document.getElementById(id);

  /** Names and messages are those of files: only ever text. */
  function add(parent, tag, text, className) {
    const child = parent.appendChild(document.createElement(tag));
    if (text !== undefined) child.textContent = text;
    if (className) child.className = className;
    return child;
  }

  function si(count) {
    let prefix = 0;
    while (count >= 999.5 && prefix < 6) {
      count /= 1000;
      prefix++;
    }
    const digits = prefix === 0 ? 0 : count < 9.995 ? 2 : count < 99.95 ? 1 : 0;
    return count.toFixed(digits) + ['', ' K', ' M', ' G', ' T', ' P', ' E'][prefix];
  }

  function place(model) {
    const range = model.rank_best === model.rank_worst ? '' : ` (${model.rank_best}–${model.rank_worst})`;
    return model.rank + (model.tied ? '=' : '') + range;
  }

  // What can be seen of a model: a name, the value to sort and draw by, its text (ready: also where there is no value, as of a bound).
  const columns = [
    { name: '#', value: m => m.rank, text: place },
    { name: 'model', value: m => m.id, text: m => m.id, left: true },
    { name: 'ViNTK', value: m => m.vintk, text: m => m.vintk_text, ready: true, error: m => m.vintk_error },
    { name: 'NTK', value: m => m.ntk, text: m => m.ntk_text, ready: true, error: m => m.ntk_error },
    { name: 'params', value: m => m.params, text: m => si(m.params), large: true },
    { name: 'MACs', value: m => m.macs, text: m => si(m.macs), large: true },
    { name: 'seconds', value: m => m.seconds, text: m => m.seconds.toFixed(m.seconds < 10 ? 2 : m.seconds < 100 ? 1 : 0) },
    { name: 'status', value: m => m.status, text: m => m.status, left: true },
  ];
  const numbers = columns.filter(column => !column.left && column.name !== '#').concat(
    statistics.flatMap((statistic, i) => ['vintk', 'ntk'].map(kernel => ({
      name: statistic + (kernel === 'vintk' ? ' (ViNTK)' : ' (NTK)'),
      value: m => m.statistics[kernel][i],
    }))),
  ).filter(column => models.some(model => column.value(model) !== null));

  byId('count').textContent = models.length === 1 ? 'one model' : models.length + ' models';
  caption.forEach(sentence => add(byId('caption'), 'p', sentence));
  notes.forEach(note => add(byId('notes'), 'p', note));

  // ---- the chart

  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const errorBars = {
    id: 'errorBars',
    beforeDatasetsDraw(chart) {
      const { ctx, scales } = chart;
      ctx.save();
      ctx.strokeStyle = color('--quiet');
      for (const point of chart.data.datasets[0].data) {
        if (point.error) {
          const x = scales.x.getPixelForValue(point.x);
          ctx.beginPath();
          ctx.moveTo(x, scales.y.getPixelForValue(point.y - point.error));
          ctx.lineTo(x, scales.y.getPixelForValue(point.y + point.error));
          ctx.stroke();
        }
      }
      ctx.restore();
    },
  };
  let chart = null;

  function choices(select, chosen) {
    numbers.forEach((column, i) => {
      const option = add(select, 'option', column.name);
      option.value = i;
      option.selected = column.name === chosen;
    });
    select.addEventListener('change', draw);
  }

  /** So that no error is cut off. */
  function room(data) {
    const wrong = data.filter(point => point.error);
    return wrong.length === 0
      ? {}
      : {
          suggestedMin: wrong.reduce((least, point) => Math.min(least, point.y - point.error), Infinity),
          suggestedMax: wrong.reduce((most, point) => Math.max(most, point.y + point.error), -Infinity),
        };
  }

  function draw() {
    if (chart) chart.destroy();
    if (numbers.length === 0) {
      byId('chart').hidden = true;
      return;
    }
    const x = numbers[byId('x').value];
    const y = numbers[byId('y').value];
    const data = found.filter(model => x.value(model) !== null && y.value(model) !== null).map(model => ({
      x: x.value(model),
      y: y.value(model),
      error: y.error && y.error(model),
      model,
    }));
    const axis = column => ({
      title: { display: true, text: column.name, color: color('--text') },
      ticks: { color: color('--quiet'), ...(column.large ? { callback: si } : {}) },
      grid: { color: color('--line') },
    });
    const shown = (column, value) => column.name + ' ' + (column.large ? si(value) : value.toPrecision(6));
    chart = new Chart(byId('chart').firstElementChild, {
      type: 'scatter',
      data: { datasets: [{ data, backgroundColor: color('--mark') + 'b0', pointRadius: data.length > 1000 ? 2 : 4 }] },
      plugins: [errorBars],
      options: {
        animation: false,
        maintainAspectRatio: false,
        scales: { x: axis(x), y: { ...axis(y), ...room(data) } },
        onClick: (event, points) => points.length && show(data[points[0].index].model),
        plugins: {
          legend: { display: false },
          tooltip: {
            callbacks: {
              label: item => [item.raw.model.id, shown(y, item.raw.y), shown(x, item.raw.x)],
            },
          },
        },
      },
    });
  }

  // ---- the table

  let order = columns[0];
  let down = false;
  let limit = FIRST;
  let chosen = null;
  let found = models;

  columns.forEach(column => {
    const cell = add(byId('head'), 'th', undefined, column.left && 'left');
    cell.scope = 'col';
    add(cell, 'button', column.name).addEventListener('click', () => {
      down = order === column && !down;
      order = column;
      fill();
    });
  });

  /** Models without the number come last, either way. */
  function compare(a, b) {
    const [left, right] = [order.value(a), order.value(b)];
    if (left === null || right === null) return (left === null) - (right === null);
    return (left < right ? -1 : left > right ? 1 : 0) * (down ? -1 : 1);
  }

  /** The rows anew; the name of a model that was activated has the focus again. */
  function fill(focused) {
    const wanted = byId('filter').value.toLowerCase();
    found = models
      .filter(model => (model.id + ' ' + model.status).toLowerCase().includes(wanted))
      .sort(compare);
    const body = byId('body');
    body.replaceChildren();
    found.slice(0, limit).forEach(model => row(body, model, focused));
    const some = Math.min(limit, found.length);
    byId('shown').textContent = some === models.length ? '' : `${some} of ${models.length} shown`;
    byId('all').hidden = some === found.length;
    [...byId('head').children].forEach((cell, i) => {
      cell.ariaSort = columns[i] === order ? (down ? 'descending' : 'ascending') : 'none';
      cell.firstElementChild.textContent = columns[i].name + (columns[i] === order ? (down ? ' ↓' : ' ↑') : '');
    });
  }

  function row(body, model, focused) {
    const line = add(body, 'tr', undefined, model === chosen ? 'model chosen' : 'model');
    for (const column of columns) {
      const text = column.value(model) === null && !column.ready ? '-' : column.text(model);
      if (column.name === 'model') {
        const button = add(add(line, 'td', undefined, 'left'), 'button', text);
        button.ariaExpanded = model === chosen;
        button.addEventListener('click', () => {
          chosen = chosen === model ? null : model;
          fill(model);
        });
        if (model === focused) button.focus();
      } else {
        add(line, 'td', text, column.left && 'left');
      }
    }
    if (model === chosen || model.message) {
      const cell = add(add(body, 'tr'), 'td', undefined, 'more');
      cell.colSpan = columns.length;
      const more = add(cell, 'div');
      if (model.message) add(more, 'p', model.message);
      if (model === chosen) details(more, model);
    }
  }

  function details(parent, model) {
    const list = add(parent, 'dl');
    const entry = (name, value) => {
      if (value === null || value === undefined || value === '') return;
      add(list, 'dt', name);
      add(list, 'dd', value);
    };
    entry('file', model.file);
    entry('space', model.space);
    for (const [name, value] of Object.entries(model.choices || {})) {
      entry(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    entry('output', model.output);
    entry('sample', model.sample);
    model.warnings.forEach(warning => entry('warning', warning));
    if ([...model.statistics.vintk, ...model.statistics.ntk].some(value => value !== null)) {
      const table = add(parent, 'table');
      const names = add(table, 'tr');
      ['statistic', 'ViNTK', 'NTK'].forEach((text, i) => add(names, 'th', text, i === 0 && 'left'));
      statistics.forEach((statistic, i) => {
        const [all, plain] = [model.statistics.vintk[i], model.statistics.ntk[i]];
        if (all === null && plain === null) return;
        const line = add(table, 'tr');
        add(line, 'td', statistic, 'left');
        [all, plain].forEach(value => add(line, 'td', value === null ? '-' : value.toPrecision(6)));
      });
    }
  }

  /** A point that was clicked, in the table. */
  function show(model) {
    chosen = model;
    limit = models.length;
    fill();
    document.querySelector('tr.chosen').scrollIntoView({ block: 'center' });
  }

  byId('filter').addEventListener('input', () => {
    fill();
    draw();
  });
  byId('all').addEventListener('click', () => {
    limit = models.length;
    fill();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  choices(byId('x'), 'params');
  choices(byId('y'), 'ViNTK');
  fill();
  draw();
})();
