import { describe, expect, it } from 'vitest';
import { attributesOf } from './store-log.testing.ts';

describe('attributes', () => {
  it('are flattened with dots; arrays, {} and null are JSON text, as are numbers and booleans', () => {
    const attributes = { a: { b: { c: 'x' }, d: [1, { e: 2 }] }, n: null, o: {}, f: 1.5, t: true, z: -0, big: 1e21 };
    expect(attributesOf({ message: 'm', attributes })).toEqual([
      ...[
        ['a.b.c', 'x'],
        ['a.d', '[1,{"e":2}]'],
        ['n', 'null'],
        ['o', '{}'],
        ['f', '1.5'],
        ['t', 'true'],
        ['z', '0'],
        ['big', '1e+21'],
      ],
    ]);
  });

  it('include unknown fields of the log, whatever their form', () => {
    expect(attributesOf({ message: 'm', user: { id: 7 }, tags: ['a'], gone: null })).toEqual([
      ['user.id', '7'],
      ['tags', '["a"]'],
      ['gone', 'null'],
    ]);
    expect(attributesOf({ message: 'm', attributes: 'text' })).toEqual([['attributes', 'text']]);
    expect(attributesOf({ message: 'm', attributes: [1] })).toEqual([['attributes', '[1]']]);
    expect(attributesOf({ message: 'm', attributes: null })).toEqual([]);
  });

  it('keep a second and third writer of one key', () => {
    const log = { message: 'm', 'a.b': 1, attributes: { 'a.b': 2, a: { b: 3 } } };
    expect(attributesOf(log)).toEqual([
      ['a.b', '1'],
      ['a.b#2', '2'],
      ['a.b#3', '3'],
    ]);
    expect(attributesOf({ message: 'm', attributes: { '\ud800': 1, '\ud801': 2 } })).toEqual([
      ['\ufffd', '1'],
      ['\ufffd#2', '2'],
    ]);
  });

  it('take __proto__, constructor and toString as keys like others', () => {
    const log = JSON.parse(
      '{"message":"m","__proto__":"a","attributes":{"__proto__":{"x":1},"constructor":"c","toString":"d","":"e"}}',
    );
    expect(attributesOf(log)).toEqual([
      ['__proto__', 'a'],
      ['__proto__.x', '1'],
      ['constructor', 'c'],
      ['toString', 'd'],
      ['', 'e'],
    ]);
    expect(
      attributesOf(JSON.parse('{"message":"m","toJSON":1,"attributes":{"a":[{"toJSON":2,"__proto__":3}]}}')),
    ).toEqual([
      ['toJSON', '1'],
      ['a', '[{"toJSON":2,"__proto__":3}]'],
    ]);
  });
});
