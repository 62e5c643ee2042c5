// Where the picture lies on the screen: what is in the middle, how large pixels are, and from one to the other.

/** The zoom is in powers of two, of a pixel's width; the target is the place of the image in the middle, x and y. */
export interface Camera {
  zoom: number;
  target: [number, number];
}

const CLOSEST = 6; // powers of two above one pixel a pixel
const MARGIN = 0.96;

export class Frame {
  private looked: Camera;

  constructor(
    private readonly element: HTMLElement,
    /** Height and width of the image in pixels. */
    readonly size: [number, number],
    /** The height of its pixels, in their width. */
    public aspect: number,
    camera: Partial<Camera>,
    /** Pixels of the screen at the left and below that something else takes. */
    readonly taken: [number, number] = [0, 0],
  ) {
    this.looked = { ...this.whole(), ...camera };
  }

  get camera(): Camera {
    return this.looked;
  }

  isAt({ zoom, target }: Camera): boolean {
    const { looked } = this;
    return looked.zoom === zoom && looked.target.every((place, axis) => place === target[axis]);
  }

  /** The zoom at which pixels are as large as they may be, along the side on which they are smaller. */
  private get closest(): number {
    return CLOSEST + Math.max(0, -Math.log2(this.aspect));
  }

  /** The camera that shows all. */
  whole(): Camera {
    const { clientWidth, clientHeight } = this.element;
    const [height, width] = this.size;
    const [left, below] = this.taken;
    const share = Math.min((clientWidth - left) / width, (clientHeight - below) / (height * this.aspect));
    const zoom = Math.min(Math.log2(share * MARGIN), this.closest);
    const [across, down] = [2 ** zoom, 2 ** zoom * this.aspect];
    return { zoom, target: [width / 2 - left / 2 / across, height / 2 + below / 2 / down] };
  }

  /** The aspect with which the image fills what there is. */
  get filling(): number {
    const { clientWidth, clientHeight } = this.element;
    const [height, width] = this.size;
    const [left, below] = this.taken;
    return (clientHeight - below) / height / ((clientWidth - left) / width);
  }

  look({ zoom, target }: Partial<Camera>): void {
    const [height, width] = this.size;
    const furthest = Math.min(0, this.whole().zoom - 2);
    const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
    const [x, y] = target ?? this.looked.target;
    this.looked = {
      zoom: Math.min(Math.max(zoom ?? this.looked.zoom, furthest), this.closest),
      target: [within(x, width), within(y, height)],
    };
  }

  /** Move by a share of what is to be seen. */
  pan(right: number, down: number): void {
    const [x, y] = this.looked.target;
    const [across, up] = this.scale;
    const { clientWidth, clientHeight } = this.element;
    this.look({ target: [x + (right * clientWidth) / across, y + (down * clientHeight) / up] });
  }

  /** The width and height of a pixel of the image on the screen. */
  get scale(): [number, number] {
    const width = 2 ** this.looked.zoom;
    return [width, width * this.aspect];
  }

  /** Where on the image a place on the page is. */
  place(clientX: number, clientY: number): [number, number] {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    const [x, y] = this.looked.target;
    const [across, down] = this.scale;
    return [x + (clientX - left - width / 2) / across, y + (clientY - top - height / 2) / down];
  }

  /** Where in the element a place of the image is. */
  spot(x: number, y: number): [number, number] {
    const { clientWidth, clientHeight } = this.element;
    const [middleX, middleY] = this.looked.target;
    const [across, down] = this.scale;
    return [clientWidth / 2 + (x - middleX) * across, clientHeight / 2 + (y - middleY) * down];
  }

  /** The part of the image that is to be seen: from left and top to right and bottom. */
  get seen(): [number, number, number, number] {
    const { left, top, right, bottom } = this.element.getBoundingClientRect();
    const [height, width] = this.size;
    const [x0, y0] = this.place(left, top);
    const [x1, y1] = this.place(right, bottom);
    return [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
  }
}
