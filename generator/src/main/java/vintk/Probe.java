package vintk;

class Probe {}
