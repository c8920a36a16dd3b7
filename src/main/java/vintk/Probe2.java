package vintk;

class Probe2 {}
