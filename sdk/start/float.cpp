// The compiler refers to this symbol from every object that uses floating point; its value means nothing.
extern "C" int _fltused = 0;
